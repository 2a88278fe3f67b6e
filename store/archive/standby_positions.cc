#include "store/archive/standby_positions.h"

#include <boost/json.hpp>

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/wire/json_fields.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"
#include "store/backend/entries.h"

namespace walstow {
namespace {

namespace json = boost::json;

// The content of a record.
struct Position {
  std::string client, instance, standby, host;
  std::string system;                 // system identifier, decimal
  std::vector<PositionTrack> tracks;  // as apply_report() returns them; never empty
};

// A release that knows only one track reads the first one, which needs most.
json::object track_object(const PositionTrack& track) {
  json::object object{{"sequence", std::to_string(track.sequence)},
                      {"restartpoint", track.restartpoint},
                      {"lowest_handed", track.lowest_handed},
                      {"last_handed", track.last_handed},
                      {"seen", to_iso8601(track.seen.value_or(Time()))},
                      {"retired", track.retired}};
  if (!track.boot.empty()) object["boot"] = track.boot;
  json::array past_runs;
  for (const PastRun& run : track.past_runs) {
    past_runs.push_back(json::object{{"boot", run.boot},
                                     {"restartpoint", run.restartpoint},
                                     {"lowest_handed", run.lowest_handed},
                                     {"sequence", std::to_string(run.sequence)}});
  }
  if (!past_runs.empty()) object["past_runs"] = std::move(past_runs);
  if (track.perhaps_left) object["perhaps_left"] = true;
  return object;
}

// One object of the record. Its accessors throw std::exception if a member is missing or of another
// type.
class Members {
 public:
  explicit Members(const json::object& object) : object_(object) {}

  std::string text(std::string_view name) const {
    auto value = text_member(object_, name);
    if (!value) throw std::invalid_argument(std::string(name));
    return *std::move(value);
  }
  std::string text_or_none(std::string_view name) const {
    return object_.contains(name) ? text(name) : "";
  }
  // A segment's name, or "".
  std::string segment(std::string_view name) const {
    std::string value = text(name);
    const auto file = WalFileName::parse(value);
    const bool is_segment = file && file->kind() == FileKind::kSegment;
    if (!value.empty() && !is_segment) throw std::invalid_argument(std::string(name));
    return value;
  }
  std::uint64_t sequence() const {
    const auto value = parse_decimal(text("sequence"));
    if (!value) throw std::invalid_argument("sequence");
    return *value;
  }
  bool flag(std::string_view name) const { return object_.at(name).as_bool(); }
  bool flag_or_false(std::string_view name) const { return object_.contains(name) && flag(name); }
  // Empty if there is no such member.
  std::vector<Members> objects(std::string_view name) const {
    std::vector<Members> all;
    if (!object_.contains(name)) return all;
    for (const json::value& value : object_.at(name).as_array())
      all.emplace_back(value.as_object());
    return all;
  }

 private:
  const json::object& object_;
};

PositionTrack track_of(const Members& members) {
  PositionTrack track{.restartpoint = members.segment("restartpoint"),
                      .lowest_handed = members.segment("lowest_handed"),
                      .last_handed = members.segment("last_handed"),
                      .seen = parse_iso8601(members.text("seen")),
                      .sequence = members.sequence(),
                      .boot = members.text_or_none("boot"),
                      .past_runs = {},
                      .retired = members.flag("retired"),
                      .perhaps_left = members.flag_or_false("perhaps_left")};
  for (const Members& run : members.objects("past_runs")) {
    track.past_runs.push_back({.boot = run.text("boot"),
                               .restartpoint = run.segment("restartpoint"),
                               .lowest_handed = run.segment("lowest_handed"),
                               .sequence = run.sequence()});
  }
  return track;
}

std::string encode_position(const Position& position) {
  json::object object{{"format", kArchiveFormat},      {"client", position.client},
                      {"instance", position.instance}, {"standby", position.standby},
                      {"host", position.host},         {"system_identifier", position.system}};
  for (const auto& [name, value] : track_object(position.tracks.front()))
    object[name] = value;
  json::array others;
  for (std::size_t i = 1; i < position.tracks.size(); ++i)
    others.push_back(track_object(position.tracks[i]));
  if (!others.empty()) object["others"] = std::move(others);
  return to_line(object);
}

Position decode_position(const BackendReader& backend, const std::string& content,
                         const std::string& key) {
  const std::string place = record_name(backend, key);
  try {
    const json::object object = parse_record(content, place);
    const Members members(object);
    Position position{.client = members.text("client"),
                      .instance = members.text("instance"),
                      .standby = members.text("standby"),
                      .host = members.text("host"),
                      .system = members.text("system_identifier"),
                      .tracks = {track_of(members)}};
    for (const Members& other : members.objects("others"))
      position.tracks.push_back(track_of(other));
    return position;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kUsage) throw;  // of a later format
  } catch (const std::exception&) {
    // A member is missing, or of another type.
  }
  throw Error(ErrorKind::kDamaged, fmt::format("{} is damaged", place),
              "It contains the position of a standby. Remove it by hand: the standby then reports "
              "its position again.");
}

PositionReport report_of(const Position& position) {
  const PositionTrack& first = position.tracks.front();
  PositionReport report{.client = position.client,
                        .instance = position.instance,
                        .standby = position.standby,
                        .host = position.host,
                        .system = position.system,
                        .restartpoint = first.restartpoint,
                        .lowest_handed = first.lowest_handed,
                        .last_handed = first.last_handed,
                        .seen = first.seen,
                        .retired = first.retired};
  for (std::size_t i = 1; i < position.tracks.size(); ++i) {
    const PositionTrack& other = position.tracks[i];
    if (other.retired) continue;
    report.others.push_back({.restartpoint = other.restartpoint,
                             .lowest_handed = other.lowest_handed,
                             .last_handed = other.last_handed,
                             .seen = other.seen});
  }
  return report;
}

std::string_view timeline_of(std::string_view segment) {
  return segment.substr(0, 8);
}

// The record after the report. nullopt: the report is older than the record.
std::optional<Position> apply(std::optional<Position> existing, std::string_view client,
                              const PositionChange& change, Time now) {
  Position position = existing.value_or(Position());
  const std::string system = std::to_string(change.system_identifier);
  // A data directory that was filled anew: the segments that it was served in its earlier life do
  // not show what it needs.
  if (position.system != system) {
    const auto newest = std::ranges::max_element(position.tracks, {}, &PositionTrack::sequence);
    if (newest != position.tracks.end() && change.instance.sequence <= newest->sequence) {
      return std::nullopt;
    }
    position.tracks.clear();
  }
  auto tracks = apply_report(std::move(position.tracks), change, now);
  if (!tracks) return std::nullopt;
  position.tracks = *std::move(tracks);
  position.client = client;
  position.instance = change.instance.id;
  // walstow-archive does not know the standby's name, which walstow-restore was given.
  if (!change.instance.standby.empty()) position.standby = change.instance.standby;
  position.host = change.instance.host;
  position.system = system;
  return position;
}

bool worth_writing(const PositionTrack& before, const PositionTrack& after,
                   const PositionChange& change) {
  if (before.restartpoint != after.restartpoint || before.lowest_handed != after.lowest_handed ||
      before.retired != after.retired || before.boot != after.boot ||
      before.perhaps_left != after.perhaps_left) {
    return true;
  }
  const bool progress = before.last_handed != after.last_handed;
  const bool at_once =
      change.waits || timeline_of(before.last_handed) != timeline_of(after.last_handed);
  const bool due =
      !before.seen || *after.seen - *before.seen >= kPositionRefresh || *after.seen < *before.seen;
  return (progress && at_once) || due;
}

bool worth_writing(const Position& before, const Position& after, const PositionChange& change) {
  if (before.system != after.system || before.standby != after.standby ||
      before.host != after.host || before.tracks.size() != after.tracks.size()) {
    return true;
  }
  const bool is_shared = after.tracks.size() > 1;
  for (std::size_t i = 0; i < after.tracks.size(); ++i) {
    if (worth_writing(before.tracks[i], after.tracks[i], change)) return true;
    if (is_shared && before.tracks[i].last_handed != after.tracks[i].last_handed) return true;
  }
  return false;
}

std::uint64_t sequence_at(Time now) {
  const auto count =
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
}

bool is_far_ahead(std::uint64_t sequence, Time now) {
  return sequence > sequence_at(now + kSequenceAhead);
}

// Records of earlier releases may contain such sequences.
void forget_far_sequences(Position& position, Time now) {
  const auto forget = [now](std::uint64_t& sequence) {
    if (is_far_ahead(sequence, now)) sequence = 0;
  };
  for (PositionTrack& track : position.tracks) {
    forget(track.sequence);
    for (PastRun& run : track.past_runs)
      forget(run.sequence);
  }
}

// The instance of one client that has been silent for the longest time.
struct SilentInstance {
  std::string key;
  Time seen = Time::max();
  std::string instance, standby;
};

Time last_seen(const Position& position) {
  Time seen{};
  for (const PositionTrack& track : position.tracks)
    seen = std::max(seen, track.seen.value_or(Time()));
  return seen;
}

// Makes room for one more instance. Of several that arrive at once, all may find room.
void make_room(Backend& backend, std::string_view cluster, std::string_view client, Time now) {
  const auto entries =
      backend.list_after(layout::standby_records(cluster, client), "", kMostInstances);
  if (entries.size() < kMostInstances) return;
  SilentInstance silent;
  for (const Entry& entry : entries) {
    const auto content = backend.read_record(entry.key);
    if (!content) return;  // it was removed meanwhile
    try {
      const Position position = decode_position(backend, *content, entry.key);
      if (const Time seen = last_seen(position); seen < silent.seen)
        silent = {entry.key, seen, position.instance, position.standby};
    } catch (const Error& error) {
      if (!is_of_one_record(error)) throw;  // the status reports it
    }
  }
  if (silent.key.empty()) return;
  if (now - silent.seen <= kSilentInstance) {
    throw Error(ErrorKind::kRefused,
                fmt::format("client \"{}\" reports as more than {} standbys in cluster \"{}\" "
                            "within the last {} days",
                            client, kMostInstances, cluster,
                            std::chrono::duration_cast<std::chrono::days>(kSilentInstance).count()),
                fmt::format("The archive keeps no WAL for further standbys. With {}, forget those "
                            "that no longer exist; or give each standby its own client.",
                            suggestion({"standby", "forget", std::string(cluster), "--client",
                                        std::string(client), "--all"})));
  }
  log_line(LogLevel::kWarning,
           fmt::format("standby {} {} of client \"{}\" in cluster \"{}\" is forgotten: it has been "
                       "silent since {}, and another one has reported",
                       silent.instance, silent.standby, client, cluster, to_iso8601(silent.seen)));
  backend.remove_record(silent.key);
}

}  // namespace

void update_position(Backend& backend, std::string_view cluster, std::string_view client,
                     const PositionChange& told, Time now) {
  PositionChange change = told;
  if (is_far_ahead(change.instance.sequence, now)) change.instance.sequence = sequence_at(now);
  const std::string key = layout::standby_record(cluster, client, change.instance.id);
  const auto next_record =
      [&](const std::optional<std::string>& content) -> std::optional<std::string> {
    std::optional<Position> existing;
    if (content) existing = decode_position(backend, *content, key);
    if (existing) forget_far_sequences(*existing, now);
    // A primary that was never a standby has no position to retire, and a standby that got nothing
    // has none yet.
    if (!existing && !change.handed && !change.restartpoint) return std::nullopt;
    const auto next = apply(existing, client, change, now);
    if (!next) return std::nullopt;
    if (existing && !worth_writing(*existing, *next, change)) return std::nullopt;
    return encode_position(*next);
  };
  // Reading first saves most gets the lock; under the lock, the change decides again. Not for a
  // restartpoint, which is reported once: if the record has it already, an attempt whose answer was
  // lost has written it, and update_record() makes sure that it is durable.
  const auto existing = backend.read_record(key);
  if (!change.restartpoint && !next_record(existing)) return;
  if (!existing) make_room(backend, cluster, client, now);
  backend.update_record(key, next_record);
}

bool forget_position(Backend& backend, const ForgetStandby& forget) {
  return backend.remove_record(
      layout::standby_record(forget.cluster, forget.client, forget.instance));
}

std::vector<PositionReport> list_positions(BackendReader& backend, std::string_view cluster,
                                           DamagedRecords* damaged) {
  std::vector<PositionReport> reports;
  for_each_record(
      backend, layout::standby_records(cluster),
      [&](const std::string& key, const std::string& content) {
        reports.push_back(report_of(decode_position(backend, content, key)));
      },
      damaged);
  return reports;
}

std::optional<WalFileName> reached(const PositionReport& position, SegmentSize size) {
  std::optional<WalFileName> highest;
  for (const std::string& text : {position.restartpoint, position.last_handed}) {
    const auto file = WalFileName::parse(text);
    if (!file || file->kind() != FileKind::kSegment || !file->fits(size)) continue;
    if (!highest || highest->number(size) < file->number(size)) highest = file;
  }
  return highest;
}

}  // namespace walstow
