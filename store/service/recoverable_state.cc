#include "store/service/recoverable_state.h"

#include <algorithm>
#include <utility>

#include "store/archive/layout.h"
#include "store/inventory/times_list.h"
#include "store/recovery/recoverable.h"

namespace walstow {
namespace {

// Looks segments up in the index, one after the other: most of them are in the same record.
class TimesReader {
 public:
  TimesReader(const Archive& archive, const TimesIndex& index, const std::string& cluster,
              const RecoverableLog& log)
      : archive_(archive), index_(index), cluster_(cluster), log_(log) {}

  std::optional<SegmentTimes> operator()(Timeline timeline, SegmentNumber number) {
    const WalFileName segment = WalFileName::segment(timeline, number, log_.known.size);
    for (const EraName& era : log_.eras) {
      auto times = indexed_times(archive_, cluster_, era, segment, entries_near(era, segment));
      if (times) return times;
    }
    return std::nullopt;
  }

 private:
  const TimesEntries& entries_near(const EraName& era, const WalFileName& segment) {
    std::string record = layout::times_record(cluster_, era, segment);
    auto found = read_.find(record);
    if (found == read_.end()) {
      found = read_
                  .emplace(std::move(record),
                           index_.entries_near(archive_.backend(), cluster_, era, segment))
                  .first;
    }
    return found->second;
  }

  const Archive& archive_;
  const TimesIndex& index_;
  const std::string& cluster_;
  const RecoverableLog& log_;
  std::map<std::string, TimesEntries> read_;  // by record
};

}  // namespace

std::optional<RecoverableReport> recoverable_state(const Archive& archive, const TimesIndex& index,
                                                   const std::string& cluster,
                                                   const RecoverableLog& log,
                                                   const EraReport& newest) {
  if (newest.timelines.empty()) return std::nullopt;
  const Timeline target{newest.forked ? newest.forked->in_use : newest.timelines.back().timeline};
  std::vector<BaseBackup> backups;
  for (const BackupReport& report : log.backups) {
    const auto is_of_log = [&](const EraName& era) { return to_string(era) == report.era; };
    if (report.pruned || std::ranges::none_of(log.eras, is_of_log)) continue;
    if (auto backup = base_backup_of(report)) backups.push_back(*std::move(backup));
  }
  std::vector<Barrier> barriers;
  for (const BreakReport& report : log.breaks) {
    if (const auto barrier = barrier_of(report, log.known.size)) barriers.push_back(*barrier);
  }
  std::ranges::sort(barriers);
  const auto furthest = furthest_recovery(log.known, barriers, backups, target);
  if (!furthest) return std::nullopt;
  TimesReader reader(archive, index, cluster, log);
  const RecoverableTimes times = recoverable_times(*furthest, log.known, std::ref(reader));
  return to_report(*furthest, times, log.known.size);
}

}  // namespace walstow
