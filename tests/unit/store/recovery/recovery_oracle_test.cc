// The rule against brute force: on small random archives, every recovery is played record by
// record, as PostgreSQL does it. The rule sees only the index of time.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "store/recovery/recovery_rule.h"
#include "tests/unit/store/recovery/random_archives.h"

namespace walstow {
namespace {

using std::chrono::microseconds;

constexpr int kWorlds = 400;

// --- what PostgreSQL does ---

class Server {
 public:
  Server(const World& world, const BaseBackup& backup, std::uint32_t target)
      : world_(world), backup_(backup), target_(target) {}

  struct Stop {
    std::uint32_t timeline;
    std::uint64_t number;  // of the segment with the record at which it stops
    Lsn at;                // the end of the log that it replays
  };
  // nullopt: the server ends with a FATAL.
  std::optional<Stop> recover(const RecoveryTarget& target) const;
  // Whether a transaction ended after `time` in the segments that the backup needs, or before them.
  bool has_later_transactions(TimeMicro time) const;
  // Whether a restore point up to `end` continues in the next segment.
  bool has_hidden_point(Lsn end) const;

 private:
  bool is_child() const;
  std::uint32_t owner(std::uint64_t number) const;
  bool can_read(std::uint64_t number) const;
  bool can_read(const LogRecord& record) const;

  const World& world_;
  const BaseBackup& backup_;
  std::uint32_t target_;
};

bool Server::is_child() const {
  if (backup_.timeline.value == target_) return true;
  return std::ranges::any_of(world_.ancestry.at(target_), [&](const TimelineSwitch& step) {
    return step.parent == backup_.timeline && backup_.stop <= step.left_at;
  });
}

// The newest timeline of the history that had begun by then.
std::uint32_t Server::owner(std::uint64_t number) const {
  std::uint32_t owner = target_;
  const auto& ancestry = world_.ancestry.at(target_);
  for (auto step = ancestry.rbegin(); step != ancestry.rend(); ++step) {
    if (segment_at(step->left_at) <= number) break;
    owner = step->parent.value;
  }
  return owner;
}

bool Server::can_read(std::uint64_t number) const {
  const std::uint32_t id = owner(number);
  return world_.stored.contains({id, number}) &&
         std::ranges::none_of(world_.barriers, [&](const Barrier& one) {
           return one.timeline.value == id && one.number.value == number &&
                  one.kind != Barrier::Kind::kUnfinished;
         });
}

bool Server::can_read(const LogRecord& record) const {
  const std::uint64_t last = segment_at(Lsn{record.end.value - 1});
  for (std::uint64_t number = segment_at(backup_.start); number < last; ++number) {
    const Barrier unfinished{.timeline = Timeline{owner(number)},
                             .number = SegmentNumber{number},
                             .kind = Barrier::Kind::kUnfinished};
    if (std::ranges::find(world_.barriers, unfinished) != world_.barriers.end()) return false;
  }
  for (std::uint64_t number = segment_at(record.begin); number <= last; ++number) {
    if (!can_read(number)) return false;
  }
  return true;
}

std::optional<Server::Stop> Server::recover(const RecoveryTarget& target) const {
  if (!is_child()) return std::nullopt;
  const auto* const time = std::get_if<TimeMicro>(&target);
  const auto* const lsn = std::get_if<Lsn>(&target);
  const auto* const point = std::get_if<RestorePoint>(&target);
  for (const LogRecord& record : world_.logs.at(target_)) {
    if (record.begin < backup_.start) continue;
    if (!can_read(record)) return std::nullopt;
    if (record.is_abandoned) continue;
    const Stop here{.timeline = owner(segment_at(record.begin)),
                    .number = segment_at(record.begin),
                    .at = point != nullptr ? record.end : record.begin};
    const bool stops_before =
        (time != nullptr && record.kind == LogRecord::Kind::kEnd && record.time > *time) ||
        (lsn != nullptr && record.begin >= *lsn);
    if (stops_before) {
      return record.begin >= backup_.stop ? std::optional(here) : std::nullopt;
    }
    const bool stops_after =
        point != nullptr && record.kind == LogRecord::Kind::kPoint && record.name == point->name;
    if (!stops_after) continue;
    const bool is_other =
        point != nullptr && (record.end != point->end || record.time != point->time);
    if (is_other) return std::nullopt;
    return record.end >= backup_.stop ? std::optional(here) : std::nullopt;
  }
  return std::nullopt;
}

bool Server::has_later_transactions(TimeMicro time) const {
  const std::uint64_t last = last_needed(backup_, kSize).value;
  return std::ranges::any_of(world_.logs.at(target_), [&](const LogRecord& record) {
    return record.kind == LogRecord::Kind::kEnd && !record.is_abandoned && record.time > time &&
           segment_at(record.begin) <= last;
  });
}

bool Server::has_hidden_point(Lsn end) const {
  return std::ranges::any_of(world_.logs.at(target_), [&](const LogRecord& record) {
    return record.kind == LogRecord::Kind::kPoint && crosses(record) && record.end <= end &&
           segment_at(record.begin) >= segment_at(backup_.start);
  });
}

std::vector<RecoveryTarget> targets_in(const World& world) {
  std::set<TimeMicro> times;
  std::set<Lsn> places;
  std::vector<RestorePoint> points;
  for (const auto& [id, log] : world.logs) {
    for (const LogRecord& record : log) {
      for (const int change : {-1, 0, 1})
        times.insert(record.time + microseconds(change));
      for (const std::uint64_t change : {0U, 8U})
        places.insert(Lsn{record.begin.value + change});
      places.insert(record.end);
      const RestorePoint point{.name = record.name, .time = record.time, .end = record.end};
      const bool is_new = std::ranges::find(points, point) == points.end();
      if (record.kind == LogRecord::Kind::kPoint && is_new) points.push_back(point);
    }
  }
  std::vector<RecoveryTarget> targets(times.begin(), times.end());
  targets.insert(targets.end(), places.begin(), places.end());
  targets.insert(targets.end(), points.begin(), points.end());
  return targets;
}

// Whether the rule may refuse a target at which PostgreSQL stops: the index does not know where in
// a segment a transaction ended, where the backup's last record begins, nor restore points that
// continue in the next segment.
bool may_refuse(const Server& server, const BaseBackup& backup, const RecoveryTarget& target,
                const Server::Stop& stop) {
  if (const auto* const time = std::get_if<TimeMicro>(&target)) {
    return server.has_later_transactions(*time);
  }
  if (const auto* const lsn = std::get_if<Lsn>(&target)) return *lsn < backup.stop;
  return server.has_hidden_point(stop.at);
}

class RecoveryOracleTest : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Seeds, RecoveryOracleTest, testing::Range(1U, 5U));

TEST_P(RecoveryOracleTest, EachBackupReachesWhatPostgresReaches) {
  RandomArchives archives(GetParam());
  std::size_t reached = 0, refused = 0;
  for (int i = 0; i < kWorlds; ++i) {
    const World world = archives.next();
    RecoverySources sources = sources_of(world);
    const std::vector<RecoveryTarget> targets = targets_in(world);
    for (const BaseBackup& backup : world.backups) {
      sources.backups = {backup};
      for (const auto& [id, _] : world.logs) {
        const Server server(world, backup, id);
        for (const RecoveryTarget& target : targets) {
          const RecoveryAnswer answer = reach_target(sources, target, Timeline{id});
          const auto stop = server.recover(target);
          if (answer.ways.empty()) {
            ++refused;
            ASSERT_TRUE(!stop || may_refuse(server, backup, target, *stop))
                << "archive " << i << ", timeline " << id << ", target " << target.index();
            continue;
          }
          ++reached;
          ASSERT_TRUE(stop) << "archive " << i << ", timeline " << id << ", target "
                            << target.index();
          const RecoveryWay& way = answer.ways.front();
          ASSERT_EQ(way.stop_timeline.value, stop->timeline) << i;
          ASSERT_EQ(way.stop_segment.value, stop->number) << i;
          // The bytes up to the target, or up to the end of the segment with it.
          const std::uint64_t end = backup.start.value + way.replayed;
          ASSERT_TRUE(target.index() == 1 || end >= stop->at.value) << i;
        }
      }
    }
  }
  EXPECT_GT(reached, 2000U);
  EXPECT_GT(refused, 10000U);
}

TEST_P(RecoveryOracleTest, TheBestBackupReplaysTheLeastWal) {
  RandomArchives archives(GetParam() + 100);
  std::size_t compared = 0;
  for (int i = 0; i < kWorlds / 4; ++i) {
    const World world = archives.next();
    RecoverySources sources = sources_of(world);
    for (const RecoveryTarget& target : targets_in(world)) {
      sources.backups = world.backups;
      const RecoveryAnswer all = reach_target(sources, target, std::nullopt);
      for (const BaseBackup& backup : world.backups) {
        sources.backups = {backup};
        for (const RecoveryWay& one : reach_target(sources, target, std::nullopt).ways) {
          const auto same = std::ranges::find_if(all.ways, [&](const RecoveryWay& way) {
            return way.stop_timeline == one.stop_timeline && way.stop_segment == one.stop_segment;
          });
          ASSERT_NE(same, all.ways.end()) << i;
          ASSERT_LE(same->replayed, one.replayed) << i;
          ASSERT_GE(world.backups[same->backup].start, backup.start) << i;
          ++compared;
        }
      }
    }
  }
  EXPECT_GT(compared, 500U);
}

TEST_P(RecoveryOracleTest, EveryTimeOfAWindowIsReached) {
  RandomArchives archives(GetParam() + 200);
  std::size_t checked = 0;
  for (int i = 0; i < kWorlds; ++i) {
    const World world = archives.next();
    const RecoverySources sources = sources_of(world);
    for (const RecoveryWindow& window : recovery_windows(sources)) {
      if (!window.from || !window.to) continue;
      const Server server(world, world.backups[window.backup], window.path.target.value);
      for (const TimeMicro time :
           {*window.from, *window.from + (*window.to - *window.from) / 2, *window.to}) {
        ASSERT_TRUE(server.recover(time)) << i;
        ++checked;
      }
      const auto after = server.recover(*window.to + microseconds(1));
      ASSERT_FALSE(after) << i;
    }
  }
  EXPECT_GT(checked, 100U);
}

}  // namespace
}  // namespace walstow
