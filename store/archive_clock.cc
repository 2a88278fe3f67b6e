#include "store/archive_clock.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/wire/json_fields.h"
#include "store/era_inventory.h"
#include "store/layout.h"
#include "store/positions.h"
#include "store/record.h"

namespace walstow {
namespace {

namespace json = boost::json;

// Clocks of several hosts differ, and NTP moves a clock a little.
constexpr std::chrono::hours kSmallStep{1};

std::string encode_clock(const ArchiveClock& clock) {
  json::object object{{"format", kArchiveFormat}, {"seen", to_iso8601(clock.seen)}};
  if (clock.doubt) {
    object["doubt"] = json::object{{"from", to_iso8601(clock.doubt->from)},
                                   {"noticed", to_iso8601(clock.doubt->noticed)}};
  }
  if (clock.set_back) {
    object["set_back"] = json::object{{"at", to_iso8601(clock.set_back->at)},
                                      {"until", to_iso8601(clock.set_back->until)}};
  }
  return to_line(object);
}

ArchiveClock decode_clock(std::string_view content, const std::string& place) {
  const json::object object = parse_record(content, place);
  const auto time = [&place](const json::object& from, std::string_view name) {
    const auto text = text_member(from, name);
    const auto value = text ? parse_iso8601(*text) : std::nullopt;
    if (!value) {
      throw Error(ErrorKind::kDamaged, fmt::format("{} is damaged", place),
                  "It says how late it is. Remove this file; the store makes it anew.");
    }
    return *value;
  };
  ArchiveClock clock{.seen = time(object, "seen"), .doubt = {}, .set_back = {}};
  if (const json::object* doubt = object_member(object, "doubt")) {
    clock.doubt = {.from = time(*doubt, "from"), .noticed = time(*doubt, "noticed")};
  }
  if (const json::object* set_back = object_member(object, "set_back")) {
    clock.set_back = {.at = time(*set_back, "at"), .until = time(*set_back, "until")};
  }
  return clock;
}

std::optional<Time> opened_on(const Archive& archive, const std::string& cluster,
                              const EraName& era) {
  const std::string key = layout::era_record(cluster, era.number);
  const auto content = archive.backend().read_record(key);
  if (!content) return std::nullopt;
  const auto text =
      text_member(parse_record(*content, record_place(archive.backend(), key)), "opened");
  return text ? parse_iso8601(*text) : std::nullopt;
}

// The newest of what was put, reported or opened, as far as it is not of the future. It reads all
// folders of the newest eras.
std::optional<Time> newest_in(const Archive& archive, Time now, const std::stop_token& stop) {
  std::optional<Time> newest;
  const auto add = [&](const std::optional<Time>& time) {
    if (time && *time <= now) newest = std::max(newest.value_or(*time), *time);
  };
  for (const std::string& cluster : archive.clusters()) {
    DamagedRecords unread;  // what cannot be read says nothing
    for (const PositionReport& position : list_positions(archive.backend(), cluster, &unread)) {
      add(position.seen);
      for (const SharedPosition& other : position.others)
        add(other.seen);
    }
    const std::vector<EraName> eras = archive.eras(cluster);
    if (eras.empty()) continue;
    add(opened_on(archive, cluster, eras.back()));
    EraInventory files(cluster, eras.back());
    files.refresh(archive, stop);
    for (const EraInventory::TimelineInventory& timeline : files.timelines())
      add(timeline.newest_file);
  }
  if (stop.stop_requested()) throw Error(ErrorKind::kUnavailable, "the store is stopping");
  return newest;
}

void log_news(const ArchiveClock& before, const ArchiveClock& after, Time now) {
  if (after.doubt && after.doubt != before.doubt) {
    log_line(LogLevel::kWarning,
             fmt::format("the clock of this host has jumped from {} to {}: nothing is pruned by "
                         "policy until {}",
                         to_iso8601(after.doubt->from), to_iso8601(after.doubt->noticed),
                         to_iso8601(after.doubt->noticed + kDoubt)),
             "Look at the clock (\"date\") and set it right, or do nothing where the store was off "
             "for so long. \"walstow prune CLUSTER --before SEGMENT\" prunes at once.");
  }
  if (after.set_back && after.set_back != before.set_back) {
    log_line(LogLevel::kWarning,
             fmt::format("the clock of this host was set back to {}: later times count as that one",
                         to_iso8601(after.set_back->at)));
  } else if (before.doubt && !after.doubt) {
    log_line(LogLevel::kInfo,
             fmt::format("the clock of this host is trusted again at {}: policies prune again",
                         to_iso8601(now)));
  }
}

ArchiveClock judge(const Archive& archive, const std::optional<ArchiveClock>& before, Time now,
                   const std::stop_token& stop) {
  return judge_clock(before, now, [&] { return newest_in(archive, now, stop); });
}

void trust(ArchiveClock& clock, Time seen) {
  clock.doubt.reset();
  clock.seen = seen;
  if (clock.set_back && seen > clock.set_back->until) clock.set_back.reset();
}

// What has passed by a doubted clock while somebody was looking has passed, whatever it says.
ArchiveClock judge_doubt(ArchiveClock clock, Time now,
                         const std::function<std::optional<Time>()>& newest) {
  const ArchiveClock::Doubt before = *clock.doubt;
  const Time from = before.from + (clock.seen - before.noticed);
  const ArchiveClock::Doubt again{.from = from, .noticed = now};
  if (now + kSmallStep < clock.seen) {
    clock.set_back = {.at = now, .until = clock.seen + kClockRefresh};
    clock.seen = now;
    // Where it is ahead still, it may be wrong still.
    clock.doubt = now > from + kLongestQuiet ? std::optional(again) : std::nullopt;
    return clock;
  }
  Time known = clock.seen;
  if (now > known + kLongestQuiet) known = std::max(known, newest().value_or(known));
  if (now > known + kLongestQuiet) {
    clock.doubt = again;
    clock.seen = now;
    return clock;
  }
  const Time seen = std::max(known, now);
  if (seen >= before.noticed + kDoubt) {
    trust(clock, seen);
  } else {
    clock.seen = seen;
  }
  return clock;
}

}  // namespace

FutureTimes ArchiveClock::future_times(Time counted) const {
  const bool is_known = set_back && !doubt;
  return {.after = counted + kLongestQuiet,
          .as = is_known ? std::min(set_back->at, counted) : counted};
}

std::string ArchiveClock::doubt_text(const std::string& cluster) const {
  if (!doubt) return "";
  return fmt::format(
      "the clock of the store's host has jumped from {} to {}, so the age of nothing is known: "
      "nothing is pruned by policy until {}. Is that clock right (\"date\")? \"walstow prune {} "
      "--before SEGMENT\" prunes at once what you know to be needless",
      to_iso8601(doubt->from), to_iso8601(doubt->noticed), to_iso8601(doubt->noticed + kDoubt),
      cluster);
}

ArchiveClock judge_clock(const std::optional<ArchiveClock>& before, Time now,
                         const std::function<std::optional<Time>()>& newest) {
  ArchiveClock clock = before.value_or(ArchiveClock());
  if (clock.doubt) return judge_doubt(clock, now, newest);
  if (before && now + kLongestQuiet < clock.seen) {
    clock.set_back = {.at = now, .until = clock.seen + kClockRefresh};
    clock.seen = now;
    return clock;
  }
  Time known = before ? clock.seen : now;
  if (!before || now > known + kLongestQuiet) {
    // A clock that was set back has left times that may lie between then and now.
    const auto evidence = clock.set_back ? std::nullopt : newest();
    if (evidence) known = before ? std::max(known, *evidence) : *evidence;
  }
  if (now > known + kLongestQuiet) {
    clock.doubt = {.from = known, .noticed = now};
    clock.seen = now;
  } else {
    trust(clock, std::max(known, now));
  }
  return clock;
}

std::optional<ArchiveClock> read_clock(const Archive& archive) {
  const std::string key(layout::kClockRecord);
  const auto content = archive.backend().read_record(key);
  if (!content) return std::nullopt;
  return decode_clock(*content, record_place(archive.backend(), key));
}

ArchiveClock look_at_clock(const Archive& archive, Time now, const std::stop_token& stop) {
  return judge(archive, read_clock(archive), now, stop);
}

ArchiveClock keep_clock(const Archive& archive, Time now, const std::stop_token& stop) {
  const std::string key(layout::kClockRecord);
  const auto before = read_clock(archive);
  // To whole seconds, as they are kept.
  const ArchiveClock clock =
      judge(archive, before, std::chrono::floor<std::chrono::seconds>(now), stop);
  const bool is_news =
      !before || clock.doubt != before->doubt || clock.set_back != before->set_back;
  if (!is_news && clock.seen < before->seen + kClockRefresh) return clock;
  // Whoever has written meanwhile was as late as this.
  archive.backend().update_record(key, [&clock](const std::optional<std::string>&) {
    return std::optional(encode_clock(clock));
  });
  log_news(before.value_or(ArchiveClock()), clock, now);
  return clock;
}

}  // namespace walstow
