// The rule against brute force: on random trees of timelines every recovery that a consumer can
// make is played, file by file, before and after what may go has gone. None may notice.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

#include "store/retention/retention_rule.h"

namespace walstow {
namespace {

using std::chrono::hours;

constexpr int kTrees = 3000;
const Time kNow = *parse_iso8601("2026-11-22T20:00:00Z");

using FileSet = std::set<std::pair<std::uint32_t, std::uint64_t>>;  // timeline, number

struct World {
  explicit World(SegmentSize size) : inventory(size) {}
  RetentionInventory inventory;
  std::map<std::uint32_t, std::vector<TimelineSwitch>> ancestry;
  std::vector<StoredFileFacts> files;
};

class RandomWorlds {
 public:
  explicit RandomWorlds(unsigned seed) : random_(seed) {}

  World next();
  RetentionPolicy policy(const World& world);

 private:
  std::uint64_t below(std::uint64_t end) {
    return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random_);
  }
  bool one_in(std::uint64_t count) { return below(count) == 0; }
  Lsn within(std::uint64_t segment, SegmentSize size) {
    // Forks right at the start of a segment are what goes wrong most easily.
    return Lsn{segment * size.bytes() + (one_in(4) ? 0 : below(size.bytes() / 8) * 8)};
  }
  void add_timeline(World& world, std::uint32_t id);
  void add_consumers(World& world);

  std::mt19937 random_;
  std::map<std::uint32_t, std::pair<Lsn, std::uint64_t>> extent_;  // begin, last segment
};

void RandomWorlds::add_timeline(World& world, std::uint32_t id) {
  const SegmentSize size = world.inventory.segment_size;
  Lsn begin{};
  if (id > 1) {
    const auto parent = static_cast<std::uint32_t>(1 + below(id - 1));
    const auto& [parent_begin, parent_last] = extent_.at(parent);
    const std::uint64_t first = segment_of(parent_begin, size).value;
    begin = std::max(parent_begin, within(first + below(parent_last - first + 2), size));
    world.ancestry[id] = world.ancestry.at(parent);
    world.ancestry[id].push_back({Timeline{parent}, begin, ""});
  } else {
    world.ancestry[id] = {};
  }
  const std::uint64_t first = segment_of(begin, size).value;
  const std::uint64_t last = first + below(12);
  extent_[id] = {begin, last};
  const int days = one_in(2) ? 0 : static_cast<int>(below(40));
  for (std::uint64_t number = first; number <= last; ++number) {
    const auto age = hours(24 * days + static_cast<int>(2 * (last - number)));
    world.files.push_back({Timeline{id}, SegmentNumber{number}, kNow - age});
  }
  world.inventory.timelines.push_back({.timeline = Timeline{id},
                                       .ancestry = world.ancestry[id],
                                       .last = SegmentNumber{last},
                                       .newest = kNow - hours(24 * days)});
}

void RandomWorlds::add_consumers(World& world) {
  const SegmentSize size = world.inventory.segment_size;
  const auto somewhere = [&] {
    const auto id = static_cast<std::uint32_t>(1 + below(extent_.size()));
    const auto& [begin, last] = extent_.at(id);
    const std::uint64_t first = segment_of(begin, size).value;
    return std::pair(Timeline{id}, SegmentNumber{first + below(last - first + 1)});
  };
  for (std::uint64_t i = below(7); i > 0; --i) {
    const auto [timeline, start] = somewhere();
    const auto& [begin, last] = extent_.at(timeline.value);
    const Lsn stop = within(start.value + below(2) + 1, size);
    world.inventory.backups.push_back({.name = "b" + std::to_string(i),
                                       .timeline = timeline,
                                       .start = start,
                                       .stop = std::max(stop, begin),
                                       .stopped = kNow - hours(below(24 * (one_in(2) ? 40 : 900))),
                                       .label = one_in(3) ? "pg_basebackup base backup" : "nightly",
                                       .put_by = one_in(2) ? "arch" : "primary1",
                                       .added = one_in(8)});
  }
  for (std::uint64_t i = below(3); i > 0; --i) {
    const auto [timeline, number] = somewhere();
    const std::string name = WalFileName::segment(timeline, number, size).text();
    world.inventory.positions.push_back({.client = "s" + std::to_string(i),
                                         .instance = std::string(32, 'a'),
                                         .standby = {},
                                         .host = "db2",
                                         .system = "7",
                                         .restartpoint = one_in(2) ? name : "",
                                         .lowest_handed = name,
                                         .last_handed = name,
                                         .seen = kNow - hours(below(24 * 60)),
                                         .retired = one_in(5)});
  }
  if (one_in(3)) {
    // Also from before its timeline began: what its ancestors have of it.
    const auto timeline = somewhere().first;
    const SegmentNumber number{below(extent_.at(timeline.value).second + 1)};
    world.inventory.holds.push_back(
        {"a hold", number, one_in(2) ? std::optional(timeline) : std::nullopt});
  }
}

World RandomWorlds::next() {
  World world(*SegmentSize::from_bytes(std::uint64_t{1} << (20 + below(11))));
  extent_.clear();
  const auto count = static_cast<std::uint32_t>(1 + below(6));
  for (std::uint32_t id = 1; id <= count; ++id)
    add_timeline(world, id);
  add_consumers(world);
  return world;
}

RetentionPolicy RandomWorlds::policy(const World& world) {
  RetentionPolicy policy;
  if (!one_in(4)) {
    policy.keep = KeepBackups{.count = static_cast<std::uint32_t>(1 + below(3)),
                              .younger = hours(24 * below(20)),
                              .monthly = static_cast<std::uint32_t>(one_in(2) ? below(8) : 0),
                              .yearly = static_cast<std::uint32_t>(one_in(2) ? below(4) : 0)};
  }
  if (one_in(3)) policy.backup_label = "night*";
  if (one_in(4)) policy.before = SegmentNumber{below(30)};
  if (one_in(3)) policy.standby_limit = hours(24 * below(60));
  if (one_in(3)) {
    policy.dead_timeline = Timeline{static_cast<std::uint32_t>(1 + below(world.ancestry.size()))};
  }
  return policy;
}

// --- what PostgreSQL does ---

// What a recovery towards `target` reads from `from` on, as XLogFileReadAnyTLI looks: of the target
// and its ancestors, newest first, the first that has the segment and had begun by then; never of
// an older one than the last segment was (curFileTLI). What an ancestor has beyond the segment in
// which it was left is of another history, and is not counted: no recovery can use it.
std::vector<std::pair<std::uint32_t, std::uint64_t>> replay(const World& world,
                                                            const FileSet& files,
                                                            std::uint32_t target,
                                                            std::uint64_t from) {
  const SegmentSize size = world.inventory.segment_size;
  const auto& ancestry = world.ancestry.at(target);
  std::vector<std::pair<std::uint32_t, std::uint64_t>> read;
  for (std::uint64_t number = from;; ++number) {
    bool found = false;
    const std::uint32_t oldest = read.empty() ? 0 : read.back().first;
    for (std::size_t back = 0; back <= ancestry.size() && !found; ++back) {
      const std::size_t index = ancestry.size() - back;  // of the target itself first
      const std::uint32_t id = back == 0 ? target : ancestry[index].parent.value;
      const Lsn begin = index == 0 ? Lsn{} : ancestry[index - 1].left_at;
      if (segment_of(begin, size).value > number || id < oldest) continue;
      if (back > 0 && segment_of(ancestry[index].left_at, size).value < number) continue;
      found = files.contains({id, number});
      if (found) read.emplace_back(id, number);
    }
    if (!found) return read;
  }
}

// Whether a server that stands on `timeline` in segment `from` can recover along `target`.
bool can_follow(const World& world, std::uint32_t timeline, std::uint64_t from,
                std::uint32_t target) {
  if (timeline == target) return true;
  for (const TimelineSwitch& fork : world.ancestry.at(target)) {
    if (fork.parent.value == timeline) {
      return segment_of(fork.left_at, world.inventory.segment_size).value >= from;
    }
  }
  return false;
}

struct Start {
  std::uint32_t timeline;
  std::uint64_t from;
};

// Everybody who may ever ask: worked out apart from the rule, of names and facts.
std::vector<Start> starts(const World& world, const RetentionPolicy& policy,
                          const RetentionPlan& plan) {
  std::vector<Start> all;
  for (const BackupFacts& backup : world.inventory.backups) {
    if (std::ranges::count(plan.kept_backups, backup.name, &RetentionPlan::KeptBackup::name) > 0) {
      all.push_back({backup.timeline.value, backup.start.value});
    }
  }
  for (const PositionReport& position : world.inventory.positions) {
    if (position.retired) continue;
    if (policy.standby_limit && kNow - *position.seen > *policy.standby_limit) continue;
    const auto name = WalFileName::parse(position.restartpoint.empty() ? position.lowest_handed
                                                                       : position.restartpoint);
    all.push_back({name->timeline().value, name->number(world.inventory.segment_size).value});
  }
  for (const HoldFacts& hold : world.inventory.holds) {
    for (const auto& [id, _] : world.ancestry) {
      if (!hold.timeline || hold.timeline->value == id) all.push_back({id, hold.from.value});
    }
  }
  return all;
}

// A backup can be recovered along a line when the line had not left its timeline before its end:
// followed from the line's own end back to the LSN.
bool leads_to(const World& world, const BackupFacts& backup, std::uint32_t line) {
  std::uint32_t owner = line;
  const auto& ancestry = world.ancestry.at(line);
  for (auto fork = ancestry.rbegin(); fork != ancestry.rend() && *backup.stop <= fork->left_at;
       ++fork) {
    owner = fork->parent.value;
  }
  // At the very point of a fork both sides will do.
  const bool at_fork = std::ranges::any_of(ancestry, [&](const TimelineSwitch& fork) {
    return fork.left_at == *backup.stop && fork.parent == backup.timeline;
  });
  return at_fork || owner == backup.timeline.value || backup.timeline.value == line;
}

SegmentNumber last_needed(const World& world, const BackupFacts& backup) {
  const Lsn last_byte{backup.stop->value == 0 ? 0 : backup.stop->value - 1};
  return std::max(backup.start, segment_of(last_byte, world.inventory.segment_size));
}

// The lines along which a recovery from the backup can go: it may end on a later timeline.
std::vector<std::uint32_t> lines_of(const World& world, const BackupFacts& backup) {
  std::vector<std::uint32_t> lines;
  for (const auto& [target, _] : world.ancestry) {
    if (can_follow(world, backup.timeline.value, backup.start.value, target))
      lines.push_back(target);
  }
  return lines;
}

// What a recovery along `line` reads until it is consistent.
std::vector<std::pair<std::uint32_t, std::uint64_t>> until_consistent(const World& world,
                                                                      const FileSet& files,
                                                                      const BackupFacts& backup,
                                                                      std::uint32_t line) {
  auto read = replay(world, files, line, backup.start.value);
  std::erase_if(read,
                [&](const auto& file) { return file.second > last_needed(world, backup).value; });
  return read;
}

bool is_whole(const World& world, const FileSet& files, const BackupFacts& backup) {
  return std::ranges::any_of(lines_of(world, backup), [&](std::uint32_t line) {
    const auto read = until_consistent(world, files, backup, line);
    return !read.empty() && read.back().second == last_needed(world, backup).value;
  });
}

// Of a month, or of a year, as a number that grows with time.
std::int64_t period_of(const BackupFacts& backup, bool monthly) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(backup.stopped));
  const auto year = static_cast<std::int64_t>(static_cast<int>(day.year()));
  return monthly ? 12 * year + static_cast<unsigned>(day.month()) : year;
}

// The newest whole backups of one client's months or years, by time alone.
std::set<std::string> newest_of_periods(const World& world, const FileSet& files,
                                        const RetentionPolicy& policy, const std::string& client,
                                        bool monthly) {
  std::map<std::int64_t, const BackupFacts*> newest;
  for (const BackupFacts& backup : world.inventory.backups) {
    const bool counts = policy.backup_label.empty() || backup.label == "nightly";
    const bool is_own = backup.added || (!client.empty() && backup.put_by == client);
    if (!counts || !is_own || !is_whole(world, files, backup)) continue;
    const BackupFacts*& best = newest[period_of(backup, monthly)];
    if (best == nullptr ||
        std::pair(best->stopped, *best->stop) < std::pair(backup.stopped, *backup.stop)) {
      best = &backup;
    }
  }
  std::uint32_t left = monthly ? policy.keep->monthly : policy.keep->yearly;
  std::set<std::string> names;
  for (auto one = newest.rbegin(); one != newest.rend() && left > 0; ++one, --left)
    names.insert(one->second->name);
  return names;
}

std::set<std::string> all_kept(const RetentionPlan& plan) {
  std::set<std::string> names;
  for (const RetentionPlan::KeptBackup& backup : plan.kept_backups)
    names.insert(backup.name);
  for (const RetentionPlan::PeriodBackup& backup : plan.period_backups)
    names.insert(backup.name);
  return names;
}

class RetentionOracleTest : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Seeds, RetentionOracleTest, testing::Range(1U, 5U));

TEST_P(RetentionOracleTest, NoRecoveryOfAnyConsumerMissesWhatWent) {
  RandomWorlds worlds(GetParam());
  std::size_t gone_files = 0, replays = 0, dead_branches = 0;
  for (int i = 0; i < kTrees; ++i) {
    const World world = worlds.next();
    const RetentionPolicy policy = worlds.policy(world);
    const RetentionPlan plan = plan_retention(world.inventory, policy, kNow);
    FileSet before, after;
    for (const StoredFileFacts& file : world.files) {
      before.emplace(file.timeline.value, file.number.value);
      if (!may_go(plan, file)) {
        after.emplace(file.timeline.value, file.number.value);
      } else {
        EXPECT_LT(file.put, kNow - hours(24));
        ++gone_files;
        if (plan.dead_timeline) ++dead_branches;
      }
    }
    const std::vector<Start> consumers = starts(world, policy, plan);
    for (const Start& start : consumers) {
      for (const auto& [target, _] : world.ancestry) {
        // Upwards as well: what its own timeline shares with the one it came from.
        if (!can_follow(world, start.timeline, start.from, target)) continue;
        ++replays;
        ASSERT_EQ(replay(world, before, target, start.from),
                  replay(world, after, target, start.from))
            << "tree " << i << ": " << plan.reason;
      }
    }
    if (consumers.empty() && !policy.before) {
      ASSERT_EQ(before, after) << i;
    }
    if (policy.before && !policy.dead_timeline) {
      for (const auto& file : before) {
        ASSERT_TRUE(after.contains(file) || file.second < policy.before->value);
      }
    }
  }
  EXPECT_GT(gone_files, 1000U);
  EXPECT_GT(replays, 1000U);
  EXPECT_GT(dead_branches, 100U);
}

// Of a month or year the newest backup stays whole, and what is between two of them goes.
TEST_P(RetentionOracleTest, EachMonthAndYearKeepsItsNewestBackup) {
  RandomWorlds worlds(GetParam() + 300);
  std::size_t ranges = 0, between = 0, expected = 0, across = 0;
  for (int i = 0; i < kTrees; ++i) {
    World world = worlds.next();
    RetentionPolicy policy = worlds.policy(world);
    if (!policy.keep) continue;
    if (i % 2 == 0) {  // otherwise the floor is mostly below all of them
      world.inventory.positions.clear();
      world.inventory.holds.clear();
      policy = {.keep = KeepBackups{.count = 1,
                                    .younger = {},
                                    .monthly = policy.keep->monthly,
                                    .yearly = policy.keep->yearly},
                .backup_label = "",
                .before = {}};
    }
    const RetentionPlan plan = plan_retention(world.inventory, policy, kNow);
    FileSet files;
    for (const StoredFileFacts& file : world.files)
      files.emplace(file.timeline.value, file.number.value);
    const std::set<std::string> kept = all_kept(plan);
    for (const std::string client : {"arch", "primary1", ""}) {  // "": what was added
      for (const bool monthly : {true, false}) {
        for (const std::string& name : newest_of_periods(world, files, policy, client, monthly)) {
          ASSERT_TRUE(kept.contains(name)) << i << " " << name << " " << client;
          ++expected;
        }
      }
    }
    FileSet after = files;
    for (const StoredFileFacts& file : world.files) {
      if (may_go(plan, file)) after.erase({file.timeline.value, file.number.value});
    }
    FileSet needed;
    for (const RetentionPlan::PeriodBackup& one : plan.period_backups) {
      const auto backup = std::ranges::find(world.inventory.backups, one.name, &BackupFacts::name);
      ASSERT_TRUE(!one.month.empty() || !one.year.empty());
      ASSERT_EQ(std::ranges::count(plan.kept_backups, one.name, &RetentionPlan::KeptBackup::name),
                0);
      for (const std::uint32_t line : lines_of(world, *backup)) {
        const auto read = until_consistent(world, files, *backup, line);
        ASSERT_EQ(read, until_consistent(world, after, *backup, line)) << i << " " << line;
        if (!read.empty() && read.back().first != backup->timeline.value) ++across;
        const auto& ancestry = world.ancestry.at(line);
        const Lsn begin = line == backup->timeline.value ? Lsn{} : ancestry.back().left_at;
        for (std::uint64_t number =
                 std::max(backup->start, segment_of(begin, world.inventory.segment_size)).value;
             number <= last_needed(world, *backup).value; ++number)
          needed.emplace(line, number);
      }
      ++ranges;
    }
    for (const StoredFileFacts& file : world.files) {
      const bool is_needed = needed.contains({file.timeline.value, file.number.value});
      if (is_needed) {
        ASSERT_FALSE(may_go(plan, file)) << i;
      }
      if (plan.dead_timeline || !plan.floor) continue;
      const bool goes = !is_needed && file.number < *plan.floor && file.put < kNow - hours(24);
      ASSERT_EQ(may_go(plan, file), goes) << i;
      if (goes && !plan.kept_ranges.empty()) ++between;
    }
    ASSERT_TRUE(std::ranges::is_sorted(plan.kept_ranges));
    for (std::size_t at = 1; at < plan.kept_ranges.size(); ++at) {
      const KeptRange& before = plan.kept_ranges[at - 1];
      const KeptRange& range = plan.kept_ranges[at];
      ASSERT_TRUE(before.timeline != range.timeline || before.last.value + 1 < range.first.value);
    }
  }
  EXPECT_GT(ranges, 100U);
  EXPECT_GT(between, 100U);
  EXPECT_GT(across, 100U);
  EXPECT_GT(expected, 1000U);
}

TEST_P(RetentionOracleTest, EachLiveLineKeepsItsBackups) {
  RandomWorlds worlds(GetParam() + 100);
  std::size_t checked = 0;
  for (int i = 0; i < kTrees; ++i) {
    const World world = worlds.next();
    const RetentionPolicy policy = worlds.policy(world);
    if (!policy.keep || policy.dead_timeline) continue;
    const RetentionPlan plan = plan_retention(world.inventory, policy, kNow);
    std::set<std::string> kept;
    for (const RetentionPlan::KeptBackup& backup : plan.kept_backups)
      kept.insert(backup.name);
    for (const TimelineFacts& line : world.inventory.timelines) {
      // For sure in use: the highest, and what has had something within the time.
      const bool live =
          line.timeline.value == world.ancestry.size() ||
          line.newest > kNow - std::max<std::chrono::seconds>(policy.keep->younger, hours(24));
      const bool has_child = std::ranges::any_of(world.ancestry, [&](const auto& other) {
        return std::ranges::any_of(
            other.second, [&](const TimelineSwitch& fork) { return fork.parent == line.timeline; });
      });
      if (!live || has_child) continue;
      std::size_t usable = 0, usable_kept = 0;
      bool old_exists = false, old_kept = false;
      for (const BackupFacts& backup : world.inventory.backups) {
        if (!policy.backup_label.empty() && backup.label != "nightly") continue;
        if (!leads_to(world, backup, line.timeline.value)) continue;
        ++usable;
        if (kept.contains(backup.name)) ++usable_kept;
        const bool old = backup.stopped <= kNow - policy.keep->younger;
        EXPECT_TRUE(old || kept.contains(backup.name)) << "young";
        old_exists = old_exists || old;
        old_kept = old_kept || (old && kept.contains(backup.name));
      }
      ASSERT_GE(usable_kept, std::min<std::size_t>(usable, policy.keep->count)) << i;
      ASSERT_TRUE(!old_exists || old_kept) << i;
      ++checked;
    }
  }
  EXPECT_GT(checked, 1000U);
}

// Whatever a client puts, of another one's backups each is kept that would be without it.
TEST_P(RetentionOracleTest, NoClientTakesAwayWhatAnotherOneKeeps) {
  RandomWorlds worlds(GetParam() + 200);
  std::size_t checked = 0, of_periods = 0;
  for (int i = 0; i < kTrees; ++i) {
    const World world = worlds.next();
    RetentionPolicy policy = worlds.policy(world);
    if (!policy.keep) continue;
    const RetentionPlan plan = plan_retention(world.inventory, policy, kNow);
    RetentionInventory without = world.inventory;
    std::erase_if(without.backups, [](const BackupFacts& backup) {
      return backup.put_by == "arch" && !backup.added;
    });
    const RetentionPlan plan_without = plan_retention(without, policy, kNow);
    for (const auto& backup : plan_without.kept_backups) {
      ASSERT_GT(
          std::ranges::count(plan.kept_backups, backup.name, &RetentionPlan::KeptBackup::name), 0)
          << i << " " << backup.name;
      ++checked;
    }
    const std::set<std::string> kept = all_kept(plan);
    for (const auto& backup : plan_without.period_backups) {
      ASSERT_TRUE(kept.contains(backup.name)) << i << " " << backup.name;
      ++of_periods;
    }
  }
  EXPECT_GT(checked, 200U);
  EXPECT_GT(of_periods, 50U);
}

}  // namespace
}  // namespace walstow
