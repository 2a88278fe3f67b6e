#include "store/retention/archive_clock.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/wire/json_fields.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"
#include "store/archive/standby_positions.h"
#include "store/backend/entries.h"
#include "store/inventory/era_inventory.h"

namespace walstow {
namespace {

namespace json = boost::json;

// The clocks of several hosts differ, and NTP moves a clock a little.
constexpr std::chrono::hours kSmallStep{1};
// The record contains whole seconds.
constexpr std::chrono::seconds kSecond{1};

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
  if (clock.synchronized) object["synchronized"] = to_iso8601(*clock.synchronized);
  return to_line(object);
}

[[noreturn]] void throw_damaged_clock(const std::string& place) {
  throw Error(ErrorKind::kDamaged, fmt::format("{} is damaged", place),
              "It contains the last known time. Remove this file: the store creates it again.");
}

ArchiveClock decode_clock(std::string_view content, const std::string& place) {
  const json::object object = parse_record(content, place);
  const auto time = [&place](const json::object& from, std::string_view name) {
    const auto value = time_member(from, name);
    if (!value) throw_damaged_clock(place);
    return *value;
  };
  ArchiveClock clock{.seen = time(object, "seen"), .doubt = {}, .set_back = {}};
  if (const json::object* doubt = object_member(object, "doubt")) {
    clock.doubt = {.from = time(*doubt, "from"), .noticed = time(*doubt, "noticed")};
    // A doubted clock is ahead, and has advanced since.
    if (clock.doubt->from > clock.doubt->noticed || clock.doubt->noticed > clock.seen)
      throw_damaged_clock(place);
  }
  if (const json::object* set_back = object_member(object, "set_back")) {
    clock.set_back = {.at = time(*set_back, "at"), .until = time(*set_back, "until")};
  }
  if (object.contains("synchronized")) clock.synchronized = time(object, "synchronized");
  return clock;
}

// The times of one cluster. Unreadable files and records are left out.
class TimesOfCluster {
 public:
  TimesOfCluster(const Archive& archive, const std::string& cluster, std::optional<Time> since,
                 std::vector<Time>& times)
      : archive_(archive), cluster_(cluster), since_(since), times_(times) {}

  void add_all(const std::stop_token& stop) {
    DamagedRecords unread;
    for (const PositionReport& position : list_positions(archive_.backend(), cluster_, &unread)) {
      add(position.seen);
      for (const SharedPosition& other : position.others)
        add(other.seen);
    }
    const std::vector<EraName> eras = archive_.eras(cluster_);
    if (eras.empty()) return;
    add_opening(eras.back());
    EraInventory files(cluster_, eras.back());
    files.refresh(archive_, stop);
    for (const EraInventory::LogFolder& folder : files.folders())
      add_folder(folder);
  }

 private:
  void add(std::optional<Time> time) {
    if (time && (!since_ || *time > *since_)) times_.push_back(*time);
  }
  void add_opening(const EraName& era) {
    const std::string key = layout::era_record(cluster_, era.number);
    const auto content = archive_.backend().read_record(key);
    if (!content) return;
    add(time_member(parse_record(*content, record_name(archive_.backend(), key)), "opened"));
  }
  void add_folder(const EraInventory::LogFolder& folder) {
    if (!since_) {
      add(folder.newest);
    } else if (folder.newest > *since_) {
      for_each_entry(archive_.backend(), folder.prefix,
                     [this](const Entry& entry) { add(entry.modified); });
    }
  }

  const Archive& archive_;
  const std::string& cluster_;
  std::optional<Time> since_;
  std::vector<Time>& times_;
};

std::vector<Time> times_in(const Archive& archive, std::optional<Time> since,
                           const std::stop_token& stop) {
  std::vector<Time> times;
  for (const std::string& cluster : archive.clusters()) {
    try {
      TimesOfCluster(archive, cluster, since, times).add_all(stop);
    } catch (const Error& error) {
      // A damaged record in one cluster does not prevent prunes of the others.
      const bool is_its_own =
          error.kind() == ErrorKind::kDamaged || error.kind() == ErrorKind::kUsage;
      if (!is_its_own) throw;
      log_line(LogLevel::kDebug, error.what(), error.hint());
    }
    if (stop.stop_requested()) throw Error(ErrorKind::kUnavailable, "the store is stopping");
  }
  return times;
}

// Extends `from` by `times`, each at most kLongestQuiet after the previous one.
Time led_on(Time from, std::vector<Time> times, Time now) {
  std::ranges::sort(times);
  for (const Time time : times) {
    if (time > now + kSecond || time > from + kLongestQuiet) break;
    from = std::max(from, time);
  }
  return from;
}

std::optional<Time> newest_of(const std::vector<Time>& times, Time now) {
  std::optional<Time> newest;
  for (const Time time : times) {
    if (time <= now + kSecond) newest = std::max(newest.value_or(time), time);
  }
  return newest;
}

void log_news(const ArchiveClock& before, const ArchiveClock& after, Time now) {
  if (after.doubt && after.doubt != before.doubt) {
    log_line(LogLevel::kWarning,
             fmt::format("the clock of this host shows {}, far from {}, the last known time: it "
                         "has jumped, or the store was off; nothing is pruned by age until {}",
                         to_iso8601(after.doubt->noticed), to_iso8601(after.doubt->from),
                         to_iso8601(after.doubt->noticed + kDoubt)),
             fmt::format("Check the clock (\"date\") and correct it. If the store was off for so "
                         "long, you need not do anything: {} prunes at once.",
                         suggestion({"prune", "CLUSTER", "--before", "SEGMENT"})));
  }
  if (before.synchronized && !after.synchronized) {
    log_line(LogLevel::kWarning,
             "the clock of this host has not been synchronized for a week: policies prune by it, "
             "as on a "
             "host without NTP");
  }
  if (after.set_back && after.set_back != before.set_back) {
    log_line(
        LogLevel::kWarning,
        fmt::format("the clock of this host was set back to {}: later times count as this time",
                    to_iso8601(after.set_back->at)));
  } else if (before.doubt && !after.doubt) {
    log_line(LogLevel::kInfo,
             fmt::format("the clock of this host is trusted again at {}: policies prune again",
                         to_iso8601(now)));
  }
}

// Records the kernel's answer about a clock that has just been judged.
void note_sync(ArchiveClock& clock, ClockSync sync, Time now) {
  clock.sync = sync;
  if (sync == ClockSync::kSynchronized) {
    clock.synchronized = now;
  } else if (clock.synchronized) {
    clock.synchronized = std::min(*clock.synchronized, now);  // NTP can be wrong, too
    if (!clock.doubt && now > *clock.synchronized + kDoubt) clock.synchronized.reset();
  }
}

void trust(ArchiveClock& clock, Time seen) {
  clock.doubt.reset();
  clock.seen = seen;
  if (clock.set_back && seen > clock.set_back->until) clock.set_back.reset();
}

// Time that passed by a doubted clock between two observations has passed, whatever the clock
// shows.
ArchiveClock judge_doubt(ArchiveClock clock, Time now, const TimesOfArchive& times) {
  const ArchiveClock::Doubt before = *clock.doubt;
  const Time from = before.from + (clock.seen - before.noticed);
  const ArchiveClock::Doubt again{.from = from, .noticed = now};
  if (now + kSmallStep < clock.seen) {
    clock.set_back = {.at = now, .until = clock.seen + kClockRefresh};
    clock.seen = now;
    // A clock that is still ahead may still be wrong.
    clock.doubt = now > from + kLongestQuiet ? std::optional(again) : std::nullopt;
    return clock;
  }
  Time known = clock.seen;
  if (now > known + kLongestQuiet) known = led_on(known, times(known), now);
  if (now > known + kLongestQuiet) {
    clock.doubt = again;
    clock.seen = now;
    return clock;
  }
  const Time seen = std::max(known, now);
  // A caller that comes once a week must not wait for another week.
  if (seen + kClockRefresh >= before.noticed + kDoubt) {
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
      "the clock of the store's host shows {}, far from {}, the last known time: it has jumped, or "
      "the store was off. So no age is known, and nothing is pruned by age until {}. Is that clock "
      "right (\"date\")? {} prunes at once WAL that you know is not needed",
      to_iso8601(doubt->noticed), to_iso8601(doubt->from), to_iso8601(doubt->noticed + kDoubt),
      suggestion({"prune", cluster, "--before", "SEGMENT"}));
}

std::string ArchiveClock::sync_text() const {
  if (sync != ClockSync::kUnsynchronized || !synchronized) return "";
  return fmt::format(
      "the clock of the store's host is not synchronized; it was last synchronized at {}. No "
      "policy prunes until it is synchronized again, or until {}: from then on the host is treated "
      "as one without NTP. Does NTP run there?",
      to_iso8601(*synchronized), to_iso8601(*synchronized + kDoubt));
}

ArchiveClock judge_clock(const std::optional<ArchiveClock>& before, Time now,
                         const TimesOfArchive& times) {
  ArchiveClock clock;
  if (before) clock = *before;
  if (clock.doubt) return judge_doubt(clock, now, times);
  if (before && now + kLongestQuiet < clock.seen) {
    clock.set_back = {.at = now, .until = clock.seen + kClockRefresh};
    clock.seen = now;
    return clock;
  }
  Time known = before ? clock.seen : newest_of(times(std::nullopt), now).value_or(now);
  if (before && now > known + kLongestQuiet) known = led_on(known, times(known), now);
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
  return decode_clock(*content, record_name(archive.backend(), key));
}

ArchiveClock look_at_clock(const Archive& archive, const std::optional<ArchiveClock>& kept,
                           Time now, const std::stop_token& stop, ClockSync sync) {
  ArchiveClock clock = judge_clock(
      kept, now, [&](std::optional<Time> since) { return times_in(archive, since, stop); });
  note_sync(clock, sync, now);
  return clock;
}

ArchiveClock keep_clock(const Archive& archive, Time now, const std::stop_token& stop,
                        ClockSync sync) {
  const std::string key(layout::kClockRecord);
  const auto before = read_clock(archive);
  // In whole seconds, as they are stored.
  const ArchiveClock clock =
      look_at_clock(archive, before, std::chrono::floor<std::chrono::seconds>(now), stop, sync);
  const bool is_news = !before || clock.doubt != before->doubt ||
                       clock.set_back != before->set_back ||
                       clock.synchronized.has_value() != before->synchronized.has_value();
  if (!is_news && clock.seen < before->seen + kClockRefresh) return clock;
  bool is_written = false;
  archive.backend().update_record(
      key, [&](const std::optional<std::string>& now_there) -> std::optional<std::string> {
        std::optional<ArchiveClock> existing;
        if (now_there) existing = decode_clock(*now_there, record_name(archive.backend(), key));
        // Another process has judged the clock a moment ago, and has logged it.
        if (existing != before) return std::nullopt;
        is_written = true;
        return encode_clock(clock);
      });
  if (!is_written) return clock;
  log_news(before ? *before : ArchiveClock(), clock, now);
  return clock;
}

}  // namespace walstow
