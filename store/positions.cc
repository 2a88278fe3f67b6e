#include "store/positions.h"

#include <boost/json.hpp>

#include "proto/base/error.h"
#include "store/each_entry.h"
#include "store/layout.h"

namespace walstow {
namespace {

namespace json = boost::json;

// The record as it is kept: a PositionReport and the sequence of the report it came from.
struct Position {
  PositionReport report;
  std::uint64_t sequence = 0;
};

std::string encode(const Position& position) {
  const PositionReport& report = position.report;
  const json::object object{{"format", "1.0"},
                            {"client", report.client},
                            {"instance", report.instance},
                            {"sequence", std::to_string(position.sequence)},
                            {"standby", report.standby},
                            {"host", report.host},
                            {"system_identifier", report.system},
                            {"restartpoint", report.restartpoint},
                            {"lowest_handed", report.lowest_handed},
                            {"last_handed", report.last_handed},
                            {"seen", to_iso8601(report.seen.value_or(Time()))},
                            {"retired", report.retired}};
  return json::serialize(object) + "\n";
}

Position decode(std::string_view content, const std::string& key) {
  try {
    const json::object object = json::parse({content.data(), content.size()}).as_object();
    const auto text = [&object](std::string_view name) {
      return std::string(object.at({name.data(), name.size()}).as_string());
    };
    const auto sequence = parse_decimal(text("sequence"));
    if (!sequence) throw std::invalid_argument("sequence");
    return {.report = {.client = text("client"),
                       .instance = text("instance"),
                       .standby = text("standby"),
                       .host = text("host"),
                       .system = text("system_identifier"),
                       .restartpoint = text("restartpoint"),
                       .lowest_handed = text("lowest_handed"),
                       .last_handed = text("last_handed"),
                       .seen = parse_iso8601(text("seen")),
                       .retired = object.at("retired").as_bool()},
            .sequence = *sequence};
  } catch (const std::exception&) {
    throw Error(ErrorKind::kDamaged, "record \"" + key + "\" is damaged",
                "It says how far a standby has got. Remove it by hand; the standby reports again.");
  }
}

std::string_view timeline_of(std::string_view segment) {
  return segment.substr(0, 8);
}

// Place in the log whatever the timeline: the digits behind it.
std::string_view place(std::string_view segment) {
  return segment.substr(8);
}

void start_again(PositionReport& report) {
  report.restartpoint.clear();
  report.lowest_handed.clear();
  report.last_handed.clear();
}

// What the record becomes; nullopt: the report is older than the record.
std::optional<Position> apply(std::optional<Position> standing, std::string_view client,
                              const PositionChange& change, Time now) {
  Position position = standing.value_or(Position());
  if (standing && change.instance.sequence <= position.sequence) return std::nullopt;
  PositionReport& report = position.report;
  const std::string system = std::to_string(change.system_identifier);
  // A data directory that was filled anew, or a primary that became a standby: what it was handed
  // in its earlier life says nothing of what it needs.
  if (report.system != system || (report.retired && !change.archives_as_primary)) {
    start_again(report);
  }
  position.sequence = change.instance.sequence;
  report.client = client;
  report.instance = change.instance.id;
  // walstow-archive does not know the name that walstow-restore was given.
  if (!change.instance.standby.empty()) report.standby = change.instance.standby;
  report.host = change.instance.host;
  report.system = system;
  report.retired = change.archives_as_primary;
  report.seen = now;
  if (change.restartpoint) report.restartpoint = change.restartpoint->text();
  // A server asks for nothing before its restartpoint, unless it was rewound or restored from an
  // older copy: then that one is of its past, and it needs what it asks for now.
  const auto is_back = [&report](const std::optional<WalFileName>& handed) {
    return handed && !report.restartpoint.empty() && handed->text() != report.last_handed &&
           place(handed->text()) < place(report.restartpoint);
  };
  if (is_back(change.instance.last_handed)) {
    start_again(report);
    report.lowest_handed = change.instance.last_handed->text();
  } else if (is_back(change.handed)) {
    start_again(report);
  }
  if (change.instance.last_handed) report.last_handed = change.instance.last_handed->text();
  if (change.handed) {
    const std::string& handed = change.handed->text();
    report.last_handed = handed;
    if (report.lowest_handed.empty() || place(handed) < place(report.lowest_handed)) {
      report.lowest_handed = handed;
    }
  }
  return position;
}

bool relied_on(const PositionReport& before, const PositionReport& after) {
  return before.system != after.system || before.restartpoint != after.restartpoint ||
         before.lowest_handed != after.lowest_handed || before.retired != after.retired ||
         before.standby != after.standby || before.host != after.host;
}

bool worth_writing(const PositionReport& before, const PositionReport& after,
                   const PositionChange& change) {
  const bool progress = before.last_handed != after.last_handed;
  const bool at_once =
      change.waits || timeline_of(before.last_handed) != timeline_of(after.last_handed);
  const bool due =
      !before.seen || *after.seen - *before.seen >= kPositionRefresh || *after.seen < *before.seen;
  return relied_on(before, after) || (progress && at_once) || due;
}

}  // namespace

void update_position(Backend& backend, std::string_view cluster, std::string_view client,
                     const PositionChange& change, Time now) {
  const std::string key = layout::standby_record(cluster, client, change.instance.id);
  const auto next_record =
      [&](const std::optional<std::string>& content) -> std::optional<std::string> {
    std::optional<Position> standing;
    if (content) standing = decode(*content, key);
    // A primary that was never a standby has no position to retire, and who got nothing has none
    // yet.
    if (!standing && !change.handed && !change.restartpoint) return std::nullopt;
    const auto next = apply(standing, client, change, now);
    if (!next) return std::nullopt;
    if (standing && !worth_writing(standing->report, next->report, change)) return std::nullopt;
    return encode(*next);
  };
  // Looking first spares most gets the lock; the change itself decides again under it. Not so for a
  // restartpoint, which is told once: when it is there already, an attempt whose answer was lost
  // has written it, and update_record() makes sure that it is durable.
  if (!change.restartpoint && !next_record(backend.read_record(key))) return;
  backend.update_record(key, next_record);
}

bool forget_position(Backend& backend, const ForgetStandby& forget) {
  return backend.remove_record(
      layout::standby_record(forget.cluster, forget.client, forget.instance));
}

std::vector<PositionReport> list_positions(Backend& backend, std::string_view cluster,
                                           DamagedRecords* damaged) {
  std::vector<PositionReport> reports;
  for_each_record(
      backend, layout::standby_records(cluster),
      [&reports](const std::string& key, const std::string& content) {
        reports.push_back(decode(content, key).report);
      },
      damaged);
  return reports;
}

}  // namespace walstow
