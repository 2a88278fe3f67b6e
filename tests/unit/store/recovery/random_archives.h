// Small random archives, known record by record: timelines, holes, barriers and base backups. For
// tests of the rule that sees only the index of time.
#pragma once

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "proto/base/little_endian.h"
#include "store/recovery/recovery_rule.h"

namespace walstow {

inline constexpr std::uint64_t kUnits = 8;  // of a segment; the smallest record has one
inline const SegmentSize kSize = *SegmentSize::from_bytes(1 << 20);
inline const std::uint64_t kUnit = kSize.bytes() / kUnits;
inline const TimeMicro kStart = *parse_iso8601_micro("2026-11-22T20:00:00.000000Z");

struct LogRecord {
  enum class Kind { kOther, kEnd, kPoint };
  Lsn begin, end;
  Kind kind = Kind::kOther;
  TimeMicro time;    // kEnd: of a COMMIT or ABORT; kPoint
  std::string name;  // kPoint
  // The server gave it up: it has no bytes at `end`, where the next segment begins.
  bool is_abandoned = false;
  // How many of its bytes lie in the segment in which it begins, if it continues in the next one.
  std::size_t size_before = 48;
};

inline std::uint64_t segment_at(Lsn lsn) {
  return segment_of(lsn, kSize).value;
}

inline bool crosses(const LogRecord& record) {
  return record.is_abandoned || segment_at(record.begin) != segment_at(Lsn{record.end.value - 1});
}

// The first bytes of a record, as PostgreSQL writes them.
inline RecordHead bytes_of(const LogRecord& record) {
  std::array<std::byte, RecordHead::kMost> bytes{};
  store_little_endian(std::uint32_t{100}, MutableByteView(bytes), 0);
  if (record.kind == LogRecord::Kind::kOther) bytes[17] = std::byte{0x0A};
  if (record.kind == LogRecord::Kind::kPoint) bytes[16] = std::byte{0x70};
  if (record.kind == LogRecord::Kind::kEnd) bytes[17] = std::byte{0x01};
  bytes[24] = std::byte{0xFF};
  const TimeMicro epoch{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}};
  store_little_endian(static_cast<std::uint64_t>((record.time - epoch).count()),
                      MutableByteView(bytes), 26);
  return RecordHead(bytes);
}

// What the segment in which a record begins has of it, if it continues.
inline void add_open_record(SegmentTimes& times, const LogRecord& record) {
  using Kind = LogRecord::Kind;
  const std::size_t size = record.size_before;
  times.more_restore_points = times.more_restore_points || record.kind == Kind::kPoint;
  if (record.kind == Kind::kEnd && size >= 34) {
    times.open_time = record.time;
  } else if (size < 18 || (record.kind == Kind::kEnd && size < 34)) {
    const RecordHead all = bytes_of(record);
    times.open_head = RecordHead(all.bytes().first(size));
  }
}

// What a later segment has of it.
inline void add_rest(SegmentTimes& times, const LogRecord& record, std::uint64_t number) {
  const std::uint64_t end =
      segment_at(record.is_abandoned ? record.end : Lsn{record.end.value - 1});
  const std::uint64_t first = segment_at(record.begin);
  if (number <= first || number > end || (record.is_abandoned && number == end)) return;
  const RecordHead all = bytes_of(record);
  const std::size_t skipped = std::min(record.size_before, all.bytes().size() - 1);
  times.rest_head = number == first + 1 ? RecordHead(all.bytes().subspan(skipped)) : all;
  if (number == end) times.rest_end = record.end;
}

// What the index of time has of a segment.
inline SegmentTimes times_of(const std::vector<LogRecord>& log, std::uint64_t number) {
  SegmentTimes times{.restore_points = {}};
  times.known = true;
  for (const LogRecord& record : log) {
    add_rest(times, record, number);
    if (segment_at(record.begin) != number) continue;
    if (!times.first_record) times.first_record = record.begin;
    times.last_record = record.begin;
    if (crosses(record)) {
      add_open_record(times, record);
      continue;
    }
    times.last_complete = record.begin;
    if (record.kind == LogRecord::Kind::kEnd) {
      times.earliest = std::min(times.earliest.value_or(record.time), record.time);
      times.latest = std::max(times.latest.value_or(record.time), record.time);
    } else if (record.kind == LogRecord::Kind::kPoint) {
      times.restore_points.push_back({.name = record.name, .time = record.time, .end = record.end});
    }
  }
  return times;
}

struct World {
  std::map<std::uint32_t, std::vector<LogRecord>> logs;  // from the first record of timeline 1
  std::map<std::uint32_t, std::vector<TimelineSwitch>> ancestry;
  std::set<std::pair<std::uint32_t, std::uint64_t>> stored;  // without those at a barrier
  std::vector<BaseBackup> backups;
  std::vector<Barrier> barriers;
};

class RandomArchives {
 public:
  explicit RandomArchives(unsigned seed) : random_(seed) {}
  World next();

 private:
  std::uint64_t below(std::uint64_t end) {
    return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random_);
  }
  bool one_in(std::uint64_t count) { return below(count) == 0; }
  void add_records(std::vector<LogRecord>& log, std::uint64_t segments);
  void abandon(LogRecord& record);
  void add_timeline(World& world, std::uint32_t id);
  void store_segments(World& world);
  void add_backups(World& world);

  std::mt19937 random_;
  TimeMicro now_ = kStart;
};

// A record ends a segment exactly, as a switch does, or continues in the next one, where the server
// may give it up.
inline void RandomArchives::add_records(std::vector<LogRecord>& log, std::uint64_t segments) {
  Lsn at = log.empty() ? Lsn{kSize.bytes()} : log.back().end;
  const std::uint64_t end = segment_at(at) + segments;
  while (segment_at(at) < end) {
    LogRecord record{.begin = at, .end = Lsn{at.value + kUnit * (1 + below(one_in(9) ? 20 : 3))}};
    if (one_in(4)) record.end = start_of(SegmentNumber{segment_at(at) + 1}, kSize);
    now_ += std::chrono::microseconds(one_in(6) ? -static_cast<int>(below(8))
                                                : static_cast<int>(below(3)));
    record.time = now_;
    if (one_in(2)) record.kind = LogRecord::Kind::kEnd;
    if (one_in(5)) record.kind = LogRecord::Kind::kPoint;
    record.size_before = 8 * (1 + below(6));
    if (crosses(record) && one_in(4)) abandon(record);
    if (record.kind == LogRecord::Kind::kPoint) record.name = one_in(2) ? "a" : "b";
    at = record.end;
    log.push_back(record);
  }
}

inline void RandomArchives::abandon(LogRecord& record) {
  const std::uint64_t last = segment_at(Lsn{record.end.value - 1});
  const std::uint64_t kept = segment_at(record.begin) + below(last - segment_at(record.begin));
  record.end = start_of(SegmentNumber{kept + 1}, kSize);
  record.is_abandoned = true;
}

inline void RandomArchives::add_timeline(World& world, std::uint32_t id) {
  std::vector<LogRecord> log;
  std::vector<TimelineSwitch> ancestry;
  if (id > 1) {
    const auto parent = static_cast<std::uint32_t>(1 + below(id - 1));
    const std::vector<LogRecord>& whole = world.logs.at(parent);
    ancestry = world.ancestry.at(parent);
    const Lsn begin = ancestry.empty() ? whole.front().end : ancestry.back().left_at;
    std::vector<LogRecord> own;
    for (const LogRecord& record : whole) {
      if (record.end >= begin) own.push_back(record);
    }
    Lsn left_at = own.empty() ? begin : own.at(below(own.size())).end;
    std::ranges::copy_if(whole, std::back_inserter(log),
                         [&](const LogRecord& record) { return record.end <= left_at; });
    // A promoted server gives up a record of which it has only the beginning.
    const auto next = std::ranges::find(whole, left_at, &LogRecord::begin);
    if (next != whole.end() && crosses(*next) && !next->is_abandoned && one_in(2)) {
      log.push_back(*next);
      abandon(log.back());
      left_at = log.back().end;
    }
    ancestry.push_back({.parent = Timeline{parent}, .left_at = left_at, .reason = ""});
  }
  add_records(log, 1 + below(4));
  world.logs[id] = std::move(log);
  world.ancestry[id] = std::move(ancestry);
}

inline void RandomArchives::store_segments(World& world) {
  for (const auto& [id, log] : world.logs) {
    const auto& ancestry = world.ancestry.at(id);
    const std::uint64_t first = ancestry.empty() ? 1 : segment_at(ancestry.back().left_at);
    const std::uint64_t last = segment_at(Lsn{log.back().end.value - 1});
    // The last segment is complete only if the next one has begun.
    for (std::uint64_t number = first; number <= last; ++number) {
      if (!one_in(14)) world.stored.emplace(id, number);
    }
    if (!one_in(5)) continue;
    const SegmentNumber broken{first + below(last - first + 1)};
    const bool can_be_unfinished = times_of(log, broken.value).last_complete.has_value();
    world.barriers.push_back({.timeline = Timeline{id},
                              .number = broken,
                              .kind = one_in(2)                        ? Barrier::Kind::kBroken
                                      : can_be_unfinished && one_in(2) ? Barrier::Kind::kUnfinished
                                                                       : Barrier::Kind::kUnread});
  }
  std::ranges::sort(world.barriers);
}

inline void RandomArchives::add_backups(World& world) {
  for (std::uint64_t i = 1 + below(4); i > 0; --i) {
    const auto id = static_cast<std::uint32_t>(1 + below(world.logs.size()));
    const std::vector<LogRecord>& log = world.logs.at(id);
    const auto& ancestry = world.ancestry.at(id);
    // A server on this timeline makes no backup of what was before it.
    const Lsn least = ancestry.empty() ? Lsn{} : ancestry.back().left_at;
    const std::size_t from = below(log.size());
    const std::size_t to = std::min(from + below(8), log.size() - 1);
    if (log[from].begin < least || log[from].is_abandoned || log[to].is_abandoned) continue;
    world.backups.push_back({.name = "b" + std::to_string(i),
                             .label = "",
                             .timeline = Timeline{id},
                             .start = log[from].begin,
                             .stop = log[to].end,
                             .started = Time(kStart - std::chrono::hours(1)),
                             .stopped = Time(kStart + std::chrono::hours(1))});
  }
}

inline World RandomArchives::next() {
  World world;
  now_ = kStart;
  const auto count = static_cast<std::uint32_t>(1 + below(4));
  for (std::uint32_t id = 1; id <= count; ++id)
    add_timeline(world, id);
  store_segments(world);
  add_backups(world);
  return world;
}

inline RecoverySources sources_of(const World& world) {
  RecoverySources sources{.log = {.size = kSize, .timelines = {}, .prunes = {}},
                          .times = {},
                          .backups = world.backups,
                          .barriers = world.barriers};
  for (const auto& [id, number] : world.stored) {
    SegmentTimes times = times_of(world.logs.at(id), number);
    const Barrier unfinished{.timeline = Timeline{id},
                             .number = SegmentNumber{number},
                             .kind = Barrier::Kind::kUnfinished};
    if (std::ranges::find(world.barriers, unfinished) != world.barriers.end()) {
      // It ends after its last complete record.
      times.last_record = times.last_complete;
      times.unfinished_at = times.last_complete;
      times.open_time.reset();
      times.open_head.reset();
    }
    sources.times.add(Timeline{id}, SegmentNumber{number}, std::move(times));
  }
  for (const auto& [id, ancestry] : world.ancestry) {
    KnownTimeline known;
    known.timeline = Timeline{id};
    known.ancestry = ancestry;
    known.runs = sources.times.runs(Timeline{id});
    if (!ancestry.empty()) known.history = KnownTimeline::History::kRead;
    sources.log.timelines.push_back(known);
  }
  return sources;
}

}  // namespace walstow
