// The rule, step by step:
//
//  1. Which lines are live? A timeline's end is a line of its own if it continues beyond its last
//     fork. It is live if it is the highest (PostgreSQL numbers each promotion higher than all it
//     knows), or has the newest file, or has received a file within the time for which backups are
//     kept. Length proves nothing: an abandoned branch may be the longer one.
//  2. Which backups are on a line? Those that stopped before the line branched off their timeline.
//  3. Which are kept? For each live line the newest N, all that are younger than D, and the newest
//     that is older than D: without it, no recovery reaches the time before the first younger one.
//     Along one line the order of stopping is the order of the log, so it needs no clock. The
//     newest ones of a client are chosen among its own, since another client's may be made up.
//     Clients that an administrator lets open timelines are servers of this cluster, and count as
//     one. Backups that an administrator has added count for every client.
//  4. Histories and segments may be made up, too, so that a line in use looks abandoned. So each
//     client (or all servers as one) also keeps its newest backups by time, on any line.
//  5. The floor is the lowest of their starts, of the positions and of the holds.
//  6. Which backups are kept for a month or a year? Among the backups of steps 3 and 4, those that
//     period_backups.h chooses. They do not take part in step 5.
#include "store/retention/retention_rule.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "proto/base/suggestion.h"
#include "store/retention/backup_log.h"
#include "store/retention/consumers.h"
#include "store/retention/dead_branch.h"
#include "store/retention/label_pattern.h"
#include "store/retention/period_backups.h"
#include "store/retention/timeline_lines.h"

namespace walstow {
namespace {

constexpr std::size_t kMostNoted = 3;  // of one kind
constexpr std::chrono::hours kLongSilence{48};

class Planner {
 public:
  Planner(const RetentionInventory& inventory, const RetentionPolicy& policy, Time now)
      : inventory_(inventory),
        policy_(policy),
        now_(now),
        lines_(inventory, policy, now),
        log_(inventory, lines_) {
    plan_.highest = Timeline{};
    for (const TimelineFacts& facts : inventory.timelines)
      plan_.highest = std::max(plan_.highest, facts.timeline);
    plan_.put_before = now - policy.least_age;
    plan_.future_times = inventory.future_times;
  }

  RetentionPlan run();

 private:
  bool counts(const BackupFacts& backup) const;
  std::vector<std::size_t> newest_first_of(Timeline line) const;
  std::vector<std::size_t> newest_first() const;
  void keep_newest(const std::vector<std::size_t>& newest_first);
  void note_period_backups();
  void note_putters();
  void note_gone(const BackupFacts& backup);
  void note_unreadable(const BackupFacts& backup);
  void note_incomplete(const BackupFacts& backup, SegmentNumber missing);
  void choose_backups();
  void add_consumers();
  void set_floor();
  void set_floor_at_end();
  void set_kept_ranges();
  void plan_dead_timeline(Timeline dead);
  Time counted(Time time) const { return inventory_.future_times(time); }
  void add_standby(Consumer consumer);
  SegmentNumber segment(Lsn lsn) const { return segment_of(lsn, inventory_.segment_size); }

  const RetentionInventory& inventory_;
  const RetentionPolicy& policy_;
  Time now_;
  const TimelineLines lines_;
  const BackupLog log_;
  // Indices into inventory_.backups.
  std::set<std::size_t> kept_, lacking_;  // lacking_: a segment that they need is missing
  std::optional<PeriodBackups> of_periods_;
  std::vector<Consumer> consumers_;
  std::size_t gone_ = 0, unreadable_ = 0, incomplete_ = 0;  // backups that were noted
  RetentionPlan plan_;
};

// An unreadable backup may match.
bool Planner::counts(const BackupFacts& backup) const {
  return !backup.stop || policy_.backup_label.empty() ||
         matches_label(policy_.backup_label, backup.label);
}

std::vector<std::size_t> Planner::newest_first_of(Timeline line) const {
  std::vector<std::size_t> on_line;
  for (std::size_t i = 0; i < inventory_.backups.size(); ++i) {
    const BackupFacts& backup = inventory_.backups[i];
    if (backup.stop && !backup.gone && counts(backup) && lines_.is_on_line(backup, line))
      on_line.push_back(i);
  }
  std::ranges::sort(on_line, [this](std::size_t a, std::size_t b) {
    const BackupFacts& first = inventory_.backups[a];
    const BackupFacts& second = inventory_.backups[b];
    return std::pair(*first.stop, first.stopped) > std::pair(*second.stop, second.stopped);
  });
  return on_line;
}

// By time: on several lines, positions do not show which backup is newer.
std::vector<std::size_t> Planner::newest_first() const {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < inventory_.backups.size(); ++i) {
    const BackupFacts& backup = inventory_.backups[i];
    if (backup.stop && !backup.gone && counts(backup)) all.push_back(i);
  }
  std::ranges::sort(all, std::ranges::greater(), [this](std::size_t i) {
    const BackupFacts& backup = inventory_.backups[i];
    return std::pair(counted(backup.stopped), *backup.stop);
  });
  return all;
}

void Planner::keep_newest(const std::vector<std::size_t>& newest_first) {
  // Counts whole backups that are newer.
  struct Newer {
    std::uint32_t count = 0;
    bool has_older = false;  // than all that are kept for their age

    void add(bool older) {
      ++count;
      has_older = has_older || older;
    }
    Newer operator+(const Newer& other) const {
      return {count + other.count, has_older || other.has_older};
    }
  };
  Newer added;
  std::map<std::string, Newer> of_client;  // "": all servers
  for (const std::size_t i : newest_first) {
    const BackupFacts& backup = inventory_.backups[i];
    const bool older = counted(backup.stopped) <= now_ - policy_.keep->younger;
    const bool of_server = inventory_.servers.contains(backup.put_by);
    Newer& own = backup.added ? added : of_client[of_server ? "" : backup.put_by];
    const Newer newer = backup.added ? added : own + added;
    const bool reaches_back = policy_.keep->count > 0 && !newer.has_older;
    if (newer.count < policy_.keep->count || !older || reaches_back) kept_.insert(i);
    if (!lacking_.contains(i)) own.add(older);
  }
}

void Planner::note_period_backups() {
  if (!of_periods_) return;
  for (const auto& [i, periods] : of_periods_->chosen()) {
    if (kept_.contains(i)) continue;
    const BackupFacts& backup = inventory_.backups[i];
    plan_.period_backups.push_back({.name = backup.name,
                                    .put_by = backup.put_by,
                                    .month = periods.month,
                                    .year = periods.year,
                                    .ranges = log_.needed(backup)});
  }
}

void Planner::note_gone(const BackupFacts& backup) {
  if (++gone_ > kMostNoted) return;
  plan_.notes.push_back(
      fmt::format("backup {} (\"{}\") cannot be recovered: the segment where it begins was pruned",
                  backup.name, foreign_text(backup.label)));
}

void Planner::note_unreadable(const BackupFacts& backup) {
  if (++unreadable_ > kMostNoted) return;
  plan_.notes.push_back(
      fmt::format("backup {} is kept, but does not count as a backup: its file cannot be read, or "
                  "does not agree with its name",
                  backup.name));
}

void Planner::note_incomplete(const BackupFacts& backup, SegmentNumber missing) {
  if (++incomplete_ > kMostNoted) return;
  plan_.notes.push_back(
      fmt::format("backup {} (\"{}\") cannot be recovered: segment {}, which it needs, is missing; "
                  "it does not count as a kept backup",
                  backup.name, foreign_text(backup.label),
                  WalFileName::segment(backup.timeline, missing, inventory_.segment_size).text()));
}

void Planner::note_putters() {
  std::set<std::string> clients;
  for (const std::size_t i : kept_) {
    const BackupFacts& backup = inventory_.backups[i];
    if (!backup.added && !inventory_.servers.contains(backup.put_by)) clients.insert(backup.put_by);
  }
  clients.erase("");  // the client of an unreadable one is unknown
  if (clients.size() + (inventory_.servers.empty() ? 0U : 1U) < 2U || clients.empty()) return;
  std::vector<std::string> names(clients.begin(), clients.end());
  if (names.size() > kMostNoted) names[kMostNoted] = "others";
  names.resize(std::min(names.size(), kMostNoted + 1));
  plan_.notes.push_back(fmt::format(
      "backups were put by {}: the newest ones of each client are kept, because another client may "
      "have forged its own. Name the cluster's servers with \"policy set --new-timelines\": their "
      "backups then count as one client's. Withdraw backups that should not count",
      fmt::join(names, ", ")));
}

void Planner::choose_backups() {
  const bool keep_all = !policy_.keep || !lines_.descent_is_known();
  for (std::size_t i = 0; i < inventory_.backups.size(); ++i) {
    const BackupFacts& backup = inventory_.backups[i];
    if (backup.gone) {
      note_gone(backup);
      continue;
    }
    if (const auto missing = backup.stop ? log_.first_missing(backup) : std::nullopt) {
      lacking_.insert(i);
      note_incomplete(backup, *missing);
    }
    if (!backup.stop) note_unreadable(backup);
    if (!backup.stop || (keep_all && counts(backup))) kept_.insert(i);
  }
  if (policy_.keep && keep_all) {
    plan_.notes.emplace_back(
        "every backup is kept: the history file of a timeline is missing or damaged, so it is "
        "unknown which timeline descends from which");
  }
  if (keep_all) return;
  of_periods_.emplace(inventory_, *policy_.keep, lacking_);
  for (const TimelineFacts& facts : inventory_.timelines) {
    if (!lines_.is_end(facts)) continue;
    if (lines_.is_live(facts)) {
      keep_newest(newest_first_of(facts.timeline));
      of_periods_->add(newest_first_of(facts.timeline));
    } else {
      plan_.notes.push_back(
          fmt::format("timeline {} is abandoned, because nothing has been put since {}: no backups "
                      "are kept for this timeline alone",
                      facts.timeline.value, to_iso8601(facts.newest)));
    }
  }
  keep_newest(newest_first());
  of_periods_->add(newest_first());
}

void Planner::add_standby(Consumer consumer) {
  if (consumer.from) {
    // Converts between the segment sizes by the position in the log.
    consumer.from = segment(start_of(*consumer.from, inventory_.position_size));
  }
  if (consumer.seen) consumer.seen = counted(*consumer.seen);
  const auto silent = consumer.seen ? now_ - *consumer.seen : Time::duration::zero();
  if (policy_.standby_limit && silent > *policy_.standby_limit) {
    plan_.notes.push_back(
        fmt::format("{} has been silent for {}, so no WAL is kept for it any more", consumer.name,
                    days_text(silent)));
    return;
  }
  consumers_.push_back(std::move(consumer));
}

void Planner::add_consumers() {
  for (const std::size_t i : kept_) {
    const BackupFacts& backup = inventory_.backups[i];
    plan_.kept_backups.push_back({backup.name, backup.put_by});
    consumers_.push_back(
        {.name = fmt::format("backup {} (\"{}\")", backup.name, foreign_text(backup.label)),
         .from = backup.start,
         .timeline = backup.timeline});
  }
  for (const PositionReport& position : inventory_.positions) {
    for (Consumer& consumer : consumers_of(position, inventory_.position_size))
      add_standby(std::move(consumer));
  }
  for (const HoldFacts& hold : inventory_.holds) {
    consumers_.push_back({.name = hold.name, .from = hold.from, .timeline = hold.timeline});
  }
}

void Planner::set_floor() {
  if (policy_.keep && policy_.keep->count == 0 && consumers_.empty()) {
    set_floor_at_end();
    return;
  }
  if (policy_.keep && policy_.keep->count > 0 && kept_.empty()) {
    plan_.reason =
        policy_.backup_label.empty()
            ? "no usable backup is known"
            : fmt::format("no backup is known whose label matches \"{}\"", policy_.backup_label);
    return;
  }
  const auto least = std::ranges::min_element(consumers_, [](const auto& a, const auto& b) {
    return a.from.value_or(SegmentNumber{}) < b.from.value_or(SegmentNumber{});
  });
  if (least == consumers_.end() && !policy_.before) {
    plan_.reason = "no backup, standby or hold is known, so it is unknown which WAL is needed";
    return;
  }
  if (least == consumers_.end() ||
      (policy_.before && *policy_.before < least->from.value_or(SegmentNumber{}))) {
    plan_.floor = policy_.before;
    plan_.reason = "the command sets the floor there";
    return;
  }
  plan_.floor = least->from.value_or(SegmentNumber{});
  plan_.reason =
      least->from
          ? fmt::format("{} needs it", least->name)
          : fmt::format("{} has not reported its position, so it may need all WAL", least->name);
  if (least->seen && now_ - *least->seen >= kLongSilence) {
    plan_.reason += fmt::format("; it was last seen {} ago", days_text(now_ - *least->seen));
  }
}

void Planner::set_floor_at_end() {
  std::optional<SegmentNumber> last;
  for (const TimelineFacts& facts : inventory_.timelines)
    last = std::max(last, facts.last);
  plan_.reason = "the rule keeps no backup of this era, and no standby or hold needs WAL of it";
  // After a timeline's last segment there may be a .partial.
  if (last) plan_.floor = SegmentNumber{last->value + 2};
  if (plan_.floor && policy_.before) plan_.floor = std::min(plan_.floor, policy_.before);
}

void Planner::set_kept_ranges() {
  std::vector<KeptRange> ranges;
  for (const RetentionPlan::PeriodBackup& backup : plan_.period_backups) {
    for (const KeptRange& range : backup.ranges) {
      const bool matters = plan_.dead_timeline ? range.timeline == *plan_.dead_timeline
                                               : plan_.floor && range.first < *plan_.floor;
      if (matters) ranges.push_back(range);
    }
  }
  plan_.kept_ranges = united(std::move(ranges));
  if (plan_.kept_ranges.size() <= kMostKeptRanges) return;
  plan_.reason = fmt::format(
      "the monthly and yearly backups need {} separate ranges of WAL, and a prune can keep at most "
      "{}: reduce the number of months and years, or of clients that put backups",
      plan_.kept_ranges.size(), kMostKeptRanges);
  plan_.floor.reset();
  plan_.dead_timeline.reset();
  plan_.kept_ranges.clear();
}

// --- a dead branch ---

void Planner::plan_dead_timeline(Timeline dead) {
  plan_.floor.reset();
  const DeadBranch branch(lines_, policy_, inventory_.segment_size, dead);
  plan_.reason = branch.why_not(consumers_);
  if (!plan_.reason.empty()) return;
  plan_.dead_timeline = dead;
  std::size_t needing = 0;
  for (const Consumer& consumer : consumers_) {
    const auto range = branch.needed_by(consumer);
    if (!range) continue;
    plan_.needed.push_back(*range);
    if (++needing <= kMostNoted) {
      plan_.notes.push_back(fmt::format("{} may need a part of timeline {}; that part is kept",
                                        consumer.name, dead.value));
    }
  }
  plan_.reason = fmt::format("nothing needs the rest of timeline {}", dead.value);
}

RetentionPlan Planner::run() {
  choose_backups();
  note_putters();
  note_period_backups();
  add_consumers();
  if (policy_.dead_timeline) {
    plan_dead_timeline(*policy_.dead_timeline);
  } else {
    set_floor();
  }
  set_kept_ranges();
  return std::move(plan_);
}

}  // namespace

RetentionPlan plan_retention(const RetentionInventory& inventory, const RetentionPolicy& policy,
                             Time now) {
  return Planner(inventory, policy, now).run();
}

void lower_floor(RetentionPlan& plan, SegmentNumber floor) {
  if (!plan.floor || *plan.floor <= floor) return;
  plan.floor = floor;
  std::erase_if(plan.kept_ranges, [floor](const KeptRange& range) { return range.first >= floor; });
}

bool may_go(const RetentionPlan& plan, const StoredFileFacts& file) {
  if (plan.future_times(file.put) >= plan.put_before) return false;
  if (file.timeline > plan.highest) return false;
  if (is_kept(plan.kept_ranges, file.timeline, file.number)) return false;
  if (plan.dead_timeline) {
    return file.timeline == *plan.dead_timeline &&
           std::ranges::none_of(plan.needed, [&](const RetentionPlan::SegmentRange& range) {
             return range.first <= file.number && file.number <= range.last;
           });
  }
  return plan.floor && file.number < *plan.floor;
}

}  // namespace walstow
