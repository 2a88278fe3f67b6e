#include "store/service/catalog.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "store/archive/standby_positions.h"
#include "store/files/side_content.h"
#include "store/inventory/branches.h"
#include "store/inventory/era_inventory.h"
#include "store/inventory/forked_timeline.h"
#include "store/inventory/newest_release.h"
#include "store/inventory/verify_runs.h"
#include "store/inventory/withdrawn_records.h"
#include "store/retention/quota.h"
#include "store/retention/retention_inventory.h"
#include "store/retention/retention_status.h"
#include "store/retention/tombstones.h"
#include "store/service/era_report.h"
#include "store/service/recoverable_state.h"

namespace walstow {
namespace {

constexpr std::chrono::seconds kPatience{1};

// A std::timed_mutex, made of calls that ThreadSanitizer knows: GCC 12's does not know
// pthread_mutex_clocklock, and reports each unlock as a fault.
class TimedMutex {
 public:
  void lock() {
    std::unique_lock lock(mutex_);
    free_.wait(lock, [this] { return !taken_; });
    taken_ = true;
  }
  bool try_lock_for(std::chrono::seconds patience) {
    std::unique_lock lock(mutex_);
    if (!free_.wait_for(lock, patience, [this] { return !taken_; })) return false;
    taken_ = true;
    return true;
  }
  void unlock() {
    const std::lock_guard lock(mutex_);
    taken_ = false;
    free_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  bool taken_ = false;  // guarded by mutex_
};

}  // namespace

struct Catalog::Cluster {
  TimedMutex reading;
  std::map<std::uint32_t, EraInventory> eras;  // by number; guarded by `reading`

  std::unique_lock<TimedMutex> lock(std::string_view name) {
    std::unique_lock<TimedMutex> lock(reading, kPatience);
    if (lock.owns_lock()) return lock;
    throw Error(ErrorKind::kUnavailable,
                fmt::format("the contents of cluster \"{}\" are being read", name),
                "Ask again in a few seconds.");
  }

  // The inventory of the log to which this era belongs: all eras of its system identifier and
  // segment size. nullopt: a later era has the same log. Call under the lock.
  std::optional<KnownLog> log_that_ends_in(const Archive& archive, const std::string& name,
                                           const EraName& era) const {
    std::optional<KnownLog> log;
    for (const auto& [number, inventory] : eras) {
      const EraName& other = inventory.era();
      if (!same_log(other, era)) continue;
      if (number > era.number) return std::nullopt;
      KnownLog part = inventory.known_log();
      for (const Tombstone& tombstone : list_tombstones(archive.backend(), name, other))
        part.prunes.push_back(known_prune(tombstone));
      if (log) {
        merge(*log, std::move(part));
      } else {
        log = std::move(part);
      }
    }
    return log;
  }

  // Every backup in the archive, sorted by start. Call under the lock.
  std::vector<BackupReport> backups(const Archive& archive, const std::string& name,
                                    DamagedRecords* damaged = nullptr) const {
    std::vector<BackupReport> of_files;
    for (const auto& [number, inventory] : eras) {
      for (const EraInventory::TimelineInventory& timeline : inventory.timelines())
        of_files.insert(of_files.end(), timeline.backups.begin(), timeline.backups.end());
    }
    return list_backups(archive, name, std::move(of_files), damaged);
  }

  // `log` is the log of the newest era. Call under the lock.
  std::optional<RecoverableReport> recoverable(const Archive& archive, const TimesIndex& times,
                                               const ClusterReport& report, KnownLog log) const {
    // The list of breaks must be complete.
    if (std::ranges::any_of(report.eras, &EraReport::more_breaks)) return std::nullopt;
    RecoverableLog all{.known = std::move(log), .eras = {}, .backups = {}, .breaks = {}};
    for (const EraReport& era : report.eras) {
      const EraName& name = eras.at(parse_era_name(era.era)->number).era();
      if (!same_log(name, eras.rbegin()->second.era())) continue;
      all.eras.insert(all.eras.begin(), name);
      all.breaks.insert(all.breaks.end(), era.breaks.begin(), era.breaks.end());
    }
    // The part about retention has read the same records, and has named those that are damaged.
    DamagedRecords named;
    try {
      all.backups = backups(archive, report.cluster, &named);
      return recoverable_state(archive, times, report.cluster, all, report.eras.back());
    } catch (const Error& error) {
      if (!is_of_one_record(error)) throw;
      return std::nullopt;
    }
  }

  // Call under the lock.
  void refresh(const Archive& archive, const std::string& name, const std::stop_token& stop) {
    const std::vector<EraName> existing = archive.eras(name);
    for (const EraName& era : existing) {
      auto known = eras.find(era.number);
      if (known != eras.end() && known->second.era() != era) {
        eras.erase(known);  // another archive was created in the same place
        known = eras.end();
      }
      if (known == eras.end()) {
        known = eras.try_emplace(era.number, name, era).first;
      }
      known->second.refresh(archive, stop);
      if (stop.stop_requested()) return;
    }
    while (!eras.empty() && eras.rbegin()->first > existing.size())
      eras.erase(std::prev(eras.end()));
  }
};

Catalog::Catalog(const TimesIndex& times) : times_(times) {}
Catalog::~Catalog() = default;

std::shared_ptr<Catalog::Cluster> Catalog::cluster_of(const Archive& archive,
                                                      std::string_view cluster) {
  const std::lock_guard lock(mutex_);
  if (archive_id_ != archive.id()) {
    clusters_.clear();
    archive_id_ = archive.id();
  }
  std::shared_ptr<Cluster>& found = clusters_[std::string(cluster)];
  if (!found) found = std::make_shared<Cluster>();
  return found;
}

ClusterReport Catalog::report(const Archive& archive, std::string_view cluster) {
  ClusterReport report{
      .archive = archive.id(), .cluster = std::string(cluster), .eras = {}, .positions = {}};
  const std::shared_ptr<Cluster> known = cluster_of(archive, cluster);
  const auto lock = known->lock(cluster);
  known->refresh(archive, report.cluster, {});
  DamagedRecords damaged_marks;
  report.positions = list_positions(archive.backend(), cluster, &report.damaged);
  std::optional<KnownLog> log;
  for (const auto& [number, inventory] : known->eras) {
    EraReport era = era_report(inventory);
    log = known->log_that_ends_in(archive, report.cluster, inventory.era());
    if (log) add_gaps(era, inventory, *log);
    era.forked = find_forked_timeline(era);
    era.conflicts =
        list_kept(archive, report.cluster, inventory.era(), layout::Kept::kConflict).size();
    add_breaks(era, archive, report.cluster, log ? *log : inventory.known_log(), damaged_marks);
    era.branches = find_branches(archive, report.cluster, inventory, kMostBranches);
    NewestWithdrawn withdrawn = newest_withdrawn(archive.backend(), report.cluster, inventory.era(),
                                                 kMostWithdrawn, damaged_marks);
    era.withdrawn = withdrawn.count;
    era.withdrawn_files = std::move(withdrawn.newest);
    if (const auto magic = newer_magic_in(archive, report.cluster, inventory)) {
      era.newer_magic = fmt::format("0x{:04X}", *magic);
    }
    report.eras.push_back(std::move(era));
    for (PositionReport& position : report.positions) {
      const bool is_of_it = position.system == std::to_string(inventory.era().system_identifier);
      if (log && is_of_it && !position.retired) add_distance(position, *log);
    }
  }
  if (!known->eras.empty()) {
    report.eras.back().retention =
        retention_status(archive, report.cluster, known->eras.rbegin()->second, report.damaged);
    report.eras.back().recoverable = known->recoverable(archive, times_, report, *std::move(log));
  }
  for (const EraReport& era : report.eras) {
    for (const TimelineReport& timeline : era.timelines)
      report.stored_bytes += timeline.stored_bytes;
  }
  try {
    report.verified = read_verify_record(archive.backend(), cluster);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kDamaged && error.kind() != ErrorKind::kUsage) throw;
    damaged_marks.emplace_back(error.what());
  }
  try {
    report.quota = read_quota(archive.backend(), cluster);
    // The number that decides whether puts are refused.
    const auto noted = report.quota ? noted_bytes_of(archive.backend(), cluster) : std::nullopt;
    report.stored_bytes = noted.value_or(report.stored_bytes);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kDamaged && error.kind() != ErrorKind::kUsage) throw;
    damaged_marks.emplace_back(error.what());
  }
  // After all others: these do not block pruning.
  report.damaged.insert(report.damaged.end(), damaged_marks.begin(), damaged_marks.end());
  report.damaged.resize(std::min(report.damaged.size(), kMostDamaged));
  return report;
}

HolePage Catalog::holes(const Archive& archive, const ListHoles& list) {
  const std::shared_ptr<Cluster> known = cluster_of(archive, list.cluster);
  const auto lock = known->lock(list.cluster);
  known->refresh(archive, list.cluster, {});
  HolePage page;
  for (const auto& [number, inventory] : known->eras) {
    const std::string era = to_string(inventory.era());
    const auto log = known->log_that_ends_in(archive, list.cluster, inventory.era());
    if (!log) continue;
    for (HoleReport& report : missing_in(*log, era, list.range)) {
      if (fmt::format("{}/{}", era, report.last) <= list.after) continue;
      page.holes.push_back(std::move(report));
      if (page.holes.size() < list.limit) continue;
      page.next = fmt::format("{}/{}", era, page.holes.back().last);
      return page;
    }
  }
  return page;
}

std::vector<BackupReport> Catalog::backups(const Archive& archive, const std::string& cluster) {
  const std::shared_ptr<Cluster> known = cluster_of(archive, cluster);
  const auto lock = known->lock(cluster);
  known->refresh(archive, cluster, {});
  return known->backups(archive, cluster);
}

void Catalog::warm_up(const Archive& archive, const std::stop_token& stop) {
  for (const std::string& name : archive.clusters()) {
    const std::shared_ptr<Cluster> known = cluster_of(archive, name);
    // A caller that arrives meanwhile is told to retry, and then finds what has been read by then.
    const std::lock_guard lock(known->reading);
    known->refresh(archive, name, stop);
    if (stop.stop_requested()) return;
  }
}

std::vector<ClusterSummary> report_clusters(const Archive& archive) {
  std::vector<ClusterSummary> summaries;
  for (const std::string& cluster : archive.clusters()) {
    const std::vector<EraName> eras = archive.eras(cluster);
    summaries.push_back({.cluster = cluster,
                         .newest_era = eras.empty() ? "" : to_string(eras.back()),
                         .eras = static_cast<std::uint32_t>(eras.size())});
  }
  return summaries;
}

}  // namespace walstow
