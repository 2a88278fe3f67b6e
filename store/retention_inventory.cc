#include "store/retention_inventory.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "proto/wal/backup_history.h"
#include "proto/wal/timeline_history.h"
#include "store/each_entry.h"
#include "store/holds.h"
#include "store/positions.h"
#include "store/standing_object.h"

namespace walstow {
namespace {

void for_each_object(const Archive& archive, std::string_view cluster, const std::string& prefix,
                     const VisitFile& visit) {
  for_each_entry(archive.backend(), prefix, [&](const Entry& entry) {
    if (const auto stored = layout::parse_object_key(cluster, entry.key)) visit(entry, *stored);
  });
}

std::optional<std::vector<TimelineSwitch>> ancestry_in(const Archive& archive,
                                                       const std::string& key, Timeline timeline) {
  const auto content = read_small_object(archive.backend(), key, kLargestHistoryFile);
  if (!content) return std::nullopt;
  const TimelineHistoryResult result = parse_timeline_history(timeline, *content);
  if (!result.history) return std::nullopt;
  return result.history->ancestry;
}

// `put` stands for the time at which it stopped where the file does not say that in UTC: the file
// came at its end.
BackupReport read_backup_file(const Archive& archive, const EraName& era, const Entry& entry,
                              const WalFileName& file) {
  BackupReport report{.name = file.text(),
                      .era = to_string(era),
                      .timeline = file.timeline().value,
                      .start = {},
                      .stop = {},
                      .label = {},
                      .stopped = entry.modified};
  const auto content = read_small_object(archive.backend(), entry.key, kLargestBackupFile);
  const auto history = content ? parse_backup_history(*content) : std::nullopt;
  if (!history) return report;
  report.start = to_string(history->start);
  report.stop = to_string(history->stop);
  report.label = history->label;
  report.stopped = history->stopped.value_or(entry.modified);
  return report;
}

// What cannot be read counts from the segment in its name.
BackupFacts facts_of(const BackupReport& report, SegmentSize size) {
  BackupFacts facts{.name = report.name,
                    .timeline = Timeline{report.timeline},
                    .start = {},
                    .stop = parse_lsn(report.stop),
                    .stopped = report.stopped,
                    .label = report.label};
  const auto file = WalFileName::parse(report.name);
  if (const auto start = LogPlace::parse(report.start)) {
    facts.start = start->segment(size).value_or(SegmentNumber{});
  } else if (file && file->fits(size)) {
    facts.start = file->number(size);
  }
  // A file under another segment's name: from the lower of the two.
  if (file && file->fits(size)) facts.start = std::min(facts.start, file->number(size));
  return facts;
}

HoldFacts facts_of(const HoldReport& report, SegmentSize size) {
  const auto from = LogPlace::parse(report.from);
  return {.name = fmt::format("hold {} (\"{}\")", report.id, report.reason),
          .from = from ? from->segment(size).value_or(SegmentNumber{}) : SegmentNumber{},
          .timeline = from ? from->timeline() : std::nullopt};
}

}  // namespace

void for_each_wal_file(const Archive& archive, std::string_view cluster, const EraName& era,
                       const VisitFile& visit) {
  for_each_object(archive, cluster, layout::wal_prefix(cluster, era), visit);
}

void read_records_again(const Archive& archive, const std::string& cluster, const EraName& era,
                        RetentionInventory& inventory) {
  inventory.positions = list_positions(archive.backend(), cluster);
  std::erase_if(inventory.positions, [&era](const PositionReport& position) {
    return position.system != std::to_string(era.system_identifier);
  });
  inventory.holds.clear();
  for (const HoldReport& hold : list_holds(archive, cluster)) {
    if (hold.era == to_string(era)) {
      inventory.holds.push_back(facts_of(hold, inventory.segment_size));
    }
  }
  std::erase_if(inventory.backups, [](const BackupFacts& backup) {
    return !WalFileName::parse(backup.name);  // an id
  });
  for (const BackupReport& backup : list_added_backups(archive, cluster)) {
    if (backup.era == to_string(era)) {
      inventory.backups.push_back(facts_of(backup, inventory.segment_size));
    }
  }
}

RetentionInventory take_inventory(const Archive& archive, const std::string& cluster,
                                  const EraName& era) {
  const SegmentSize size = segment_size_of(era);
  RetentionInventory inventory(size);
  for (const EraName& other : archive.eras(cluster)) {
    if (other.system_identifier == era.system_identifier) {
      inventory.position_size = std::min(inventory.position_size, segment_size_of(other));
    }
  }
  std::map<Timeline, TimelineFacts> timelines;
  const auto seen = [&timelines](Timeline id, const Entry& entry) -> TimelineFacts& {
    auto& facts =
        timelines.try_emplace(id, TimelineFacts{.timeline = id, .ancestry = {}}).first->second;
    facts.newest = std::max(facts.newest, entry.modified);
    return facts;
  };
  for_each_object(archive, cluster, layout::history_prefix(cluster, era),
                  [&](const Entry& entry, const layout::StoredName& stored) {
                    const Timeline id = stored.file.timeline();
                    seen(id, entry).ancestry = ancestry_in(archive, entry.key, id);
                  });
  for_each_wal_file(archive, cluster, era,
                    [&](const Entry& entry, const layout::StoredName& stored) {
                      TimelineFacts& facts = seen(stored.file.timeline(), entry);
                      if (stored.form == layout::StoredName::Form::kIncomplete) return;
                      if (stored.file.kind() == FileKind::kSegment) {
                        facts.last = stored.file.number(size);
                      } else if (stored.file.kind() == FileKind::kBackup) {
                        inventory.backups.push_back(
                            facts_of(read_backup_file(archive, era, entry, stored.file), size));
                      }
                    });
  for (auto& [id, facts] : timelines)
    inventory.timelines.push_back(std::move(facts));
  read_records_again(archive, cluster, era, inventory);
  return inventory;
}

std::vector<BackupReport> list_backups(const Archive& archive, const std::string& cluster) {
  std::vector<BackupReport> reports;
  for (const EraName& era : archive.eras(cluster)) {
    for_each_wal_file(archive, cluster, era,
                      [&](const Entry& entry, const layout::StoredName& stored) {
                        if (stored.file.kind() != FileKind::kBackup) return;
                        reports.push_back(read_backup_file(archive, era, entry, stored.file));
                      });
  }
  const auto added = list_added_backups(archive, cluster);
  reports.insert(reports.end(), added.begin(), added.end());
  const auto place = [](const BackupReport& report) {
    return std::pair(report.era, parse_lsn(report.start).value_or(Lsn{}));
  };
  std::ranges::sort(reports, std::less<>(), place);
  return reports;
}

}  // namespace walstow
