#include "store/retention/retention_inventory.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "proto/base/error.h"
#include "store/archive/new_timelines_record.h"
#include "store/archive/standby_positions.h"
#include "store/retention/backup_log.h"
#include "store/retention/holds_and_backups.h"
#include "store/retention/tombstones.h"

namespace walstow {
namespace {

// An unreadable backup counts from the segment in its name. Only its putter vouches for the age in
// a file, so a backup counts as no older than its put.
BackupFacts facts_of(const BackupReport& report, SegmentSize size) {
  BackupFacts facts{.name = report.name,
                    .timeline = Timeline{report.timeline},
                    .start = {},
                    .stop = parse_lsn(report.stop),
                    .stopped = std::max(report.stopped, report.put.value_or(report.stopped)),
                    .label = report.label,
                    .put_by = report.put_by,
                    .added = report.added};
  const auto file = WalFileName::parse(report.name);
  if (const auto start = LogPosition::parse(report.start)) {
    facts.start = start->segment(size).value_or(SegmentNumber{});
  } else if (file && file->fits(size)) {
    facts.start = file->number(size);
  }
  return facts;
}

HoldFacts facts_of(const HoldReport& report, SegmentSize size) {
  const auto from = LogPosition::parse(report.from);
  return {.name = fmt::format("hold {} (\"{}\")", report.id, report.reason),
          .from = from ? from->segment(size).value_or(SegmentNumber{}) : SegmentNumber{},
          .timeline = from ? from->timeline() : std::nullopt};
}

// A backup that begins below a floor may still be complete, since young files and kept ranges stay.
// It is gone if one of its segments was removed; usually that is the first one.
class PrunedBackups {
 public:
  PrunedBackups(const Archive& archive, std::string_view cluster, const EraName& era)
      : backend_(archive.backend()), cluster_(cluster), era_(era) {}

  bool is_gone(const BackupFacts& backup) {
    if (!tombstones_) tombstones_ = list_tombstones(backend_, cluster_, era_);
    SegmentNumber end;  // no segment from here onward was removed
    for (const Tombstone& one : *tombstones_)
      end = std::max(end, one.limit());
    if (backup.stop)
      end = std::min(end, SegmentNumber{last_needed(backup, segment_size_of(era_)).value + 1});
    // It ends at the first segment that is absent, so a forged stop does not make this long.
    for (SegmentNumber number = backup.start; number < end; ++number.value) {
      if (was_removed(backup.timeline, number)) return true;
      if (!backup.stop) break;
    }
    return false;
  }

 private:
  // A prune that kept the segment on a later timeline kept it for a backup that ends there
  // (backup_log.h): then the backup's own timeline had ended before.
  bool was_removed(Timeline timeline, SegmentNumber number) const {
    const auto covers = [&](const Tombstone& one) { return one.covers(timeline, number); };
    if (std::ranges::none_of(*tombstones_, covers) || exists(timeline, number)) return false;
    return std::ranges::none_of(*tombstones_, [&](const Tombstone& one) {
      return std::ranges::any_of(one.kept, [&](const KeptRange& range) {
        return range.timeline > timeline && range.first <= number && number <= range.last &&
               exists(range.timeline, number);
      });
    });
  }
  bool exists(Timeline timeline, SegmentNumber number) const {
    const auto file = WalFileName::segment(timeline, number, segment_size_of(era_));
    const auto key = layout::object_key(cluster_, era_, file);
    return !key || backend_.open_object(*key) != nullptr;
  }

  Backend& backend_;
  std::string_view cluster_;
  const EraName& era_;
  std::optional<std::vector<Tombstone>> tombstones_;  // read when there is a backup
};

// Whether the plan removes all files that the folder may have, or none of them. nullopt: some.
std::optional<bool> as_a_whole(const RetentionPlan& plan, const EraInventory::LogFolder& folder) {
  if (folder.timeline > plan.highest) return false;
  // Files with times of the future are examined one by one.
  const bool is_of_future = folder.newest > plan.future_times.after;
  if (!is_of_future && folder.oldest >= plan.put_before) return false;
  if (plan.dead_timeline) {
    if (folder.timeline != *plan.dead_timeline) return false;
    const auto touches = [&](const RetentionPlan::SegmentRange& range) {
      return range.first < folder.end && range.last >= folder.first;
    };
    if (std::ranges::any_of(plan.needed, touches)) return std::nullopt;
  } else {
    if (!plan.floor || *plan.floor <= folder.first) return false;
    if (*plan.floor < folder.end) return std::nullopt;
  }
  const auto keeps_some = [&](const KeptRange& range) {
    return range.timeline == folder.timeline && range.first < folder.end &&
           range.last >= folder.first;
  };
  if (std::ranges::any_of(plan.kept_ranges, keeps_some)) return std::nullopt;
  return !is_of_future && folder.newest < plan.put_before ? std::optional(true) : std::nullopt;
}

}  // namespace

EraInventory read_era(const Archive& archive, const std::string& cluster, const EraName& era,
                      const std::stop_token& stop) {
  EraInventory files(cluster, era);
  files.refresh(archive, stop);
  if (stop.stop_requested()) throw Error(ErrorKind::kUnavailable, "the store is stopping");
  return files;
}

StoredFileFacts facts_of(const Entry& entry, const layout::StoredName& stored, SegmentSize size) {
  return {.timeline = stored.file.timeline(),
          .number = stored.file.number(size),
          .put = entry.modified};
}

void read_records_again(const Archive& archive, const std::string& cluster, const EraName& era,
                        RetentionInventory& inventory, DamagedRecords* damaged) {
  inventory.positions = list_positions(archive.backend(), cluster, damaged);
  std::erase_if(inventory.positions, [&era](const PositionReport& position) {
    return position.system != std::to_string(era.system_identifier);
  });
  inventory.holds.clear();
  for (const HoldReport& hold : list_holds(archive, cluster, damaged)) {
    if (hold.era == to_string(era)) {
      inventory.holds.push_back(facts_of(hold, inventory.segment_size));
    }
  }
  std::erase_if(inventory.backups, [](const BackupFacts& backup) {
    return !WalFileName::parse(backup.name);  // an id
  });
  PrunedBackups pruned(archive, cluster, era);
  for (const BackupReport& backup : list_added_backups(archive, cluster, damaged)) {
    if (backup.era != to_string(era)) continue;
    inventory.backups.push_back(facts_of(backup, inventory.segment_size));
    inventory.backups.back().gone = pruned.is_gone(inventory.backups.back());
  }
}

RetentionInventory take_inventory(const Archive& archive, const std::string& cluster,
                                  const EraInventory& files, DamagedRecords* damaged) {
  const EraName& era = files.era();
  const SegmentSize size = segment_size_of(era);
  RetentionInventory inventory(size);
  for (const EraName& other : archive.eras(cluster)) {
    if (other.system_identifier == era.system_identifier) {
      inventory.position_size = std::min(inventory.position_size, segment_size_of(other));
    }
  }
  PrunedBackups pruned(archive, cluster, era);
  for (const EraInventory::TimelineInventory& timeline : files.timelines()) {
    const KnownTimeline& known = timeline.known;
    const auto& runs = known.runs;
    inventory.timelines.push_back(
        {.timeline = known.timeline,
         .ancestry = known.history == KnownTimeline::History::kRead ? std::optional(known.ancestry)
                                                                    : std::nullopt,
         .last = runs.empty() ? std::nullopt : std::optional(SegmentNumber{runs.back().last()}),
         .newest = timeline.newest_file,
         .first = runs.empty() ? std::nullopt : std::optional(SegmentNumber{runs.front().first}),
         .last_file = known.last_file});
    for (const BackupReport& backup : timeline.backups) {
      inventory.backups.push_back(facts_of(backup, size));
      inventory.backups.back().gone = pruned.is_gone(inventory.backups.back());
    }
  }
  KnownLog log = files.known_log();
  for (const Tombstone& tombstone : list_tombstones(archive.backend(), cluster, era))
    log.prunes.push_back(known_prune(tombstone));
  for (const KnownPrune& prune : log.prunes) {
    inventory.kept_before.insert(inventory.kept_before.end(), prune.kept.begin(), prune.kept.end());
  }
  inventory.gaps = gaps_of(log);
  if (auto clients = read_new_timelines(archive.backend(), cluster).clients)
    inventory.servers.insert(clients->begin(), clients->end());
  read_records_again(archive, cluster, era, inventory, damaged);
  return inventory;
}

Amount amount_of(const Archive& archive, const std::string& cluster, const EraInventory& files,
                 const RetentionPlan& plan) {
  Amount amount;
  const SegmentSize size = segment_size_of(files.era());
  const auto add = [&amount](std::uint64_t count, std::uint64_t bytes, SegmentNumber last) {
    amount.files += count;
    amount.stored_bytes += bytes;
    amount.end = std::max(amount.end, SegmentNumber{last.value + 1});
  };
  for (const EraInventory::LogFolder& folder : files.folders()) {
    const auto whole = as_a_whole(plan, folder);
    if (whole && *whole) add(folder.files, folder.stored_bytes, folder.last);
    if (whole) continue;
    for_each_entry(archive.backend(), folder.prefix, [&](const Entry& entry) {
      const auto stored = layout::parse_object_key(cluster, entry.key);
      if (!stored) return;
      const StoredFileFacts facts = facts_of(entry, *stored, size);
      if (may_go(plan, facts)) add(1, entry.size, facts.number);
    });
  }
  return amount;
}

std::vector<PeriodBackupReport> reports_of(const std::vector<RetentionPlan::PeriodBackup>& backups,
                                           SegmentSize size) {
  std::vector<PeriodBackupReport> reports;
  reports.reserve(backups.size());
  for (const auto& [name, put_by, month, year, ranges] : backups) {
    // They begin on the backup's own timeline, and may end on a later one.
    const KeptRange& begin = ranges.front();
    const KeptRange end = std::ranges::max(ranges, {}, &KeptRange::last);
    reports.push_back({.name = name,
                       .put_by = put_by,
                       .month = month,
                       .year = year,
                       .first = WalFileName::segment(begin.timeline, begin.first, size).text(),
                       .last = WalFileName::segment(end.timeline, end.last, size).text()});
  }
  return reports;
}

std::vector<BackupReport> list_backups(const Archive& archive, const std::string& cluster,
                                       std::vector<BackupReport> of_files,
                                       DamagedRecords* damaged) {
  std::vector<BackupReport> reports = list_added_backups(archive, cluster, damaged);
  reports.insert(reports.end(), of_files.begin(), of_files.end());
  for (const EraName& era : archive.eras(cluster)) {
    PrunedBackups pruned(archive, cluster, era);
    for (BackupReport& report : reports) {
      if (report.era != to_string(era)) continue;
      report.pruned = pruned.is_gone(facts_of(report, segment_size_of(era)));
    }
  }
  const auto place = [](const BackupReport& report) {
    return std::pair(report.era, parse_lsn(report.start).value_or(Lsn{}));
  };
  std::ranges::sort(reports, std::less<>(), place);
  return reports;
}

}  // namespace walstow
