// The input of the retention rule for an era: the content of the era's folders, history and .backup
// files (store/inventory/era_inventory.h), and the records of positions, holds and added backups.
// Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <functional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "proto/wire/retention_report.h"
#include "store/archive/archive.h"
#include "store/archive/layout.h"
#include "store/backend/entries.h"
#include "store/inventory/era_inventory.h"
#include "store/retention/retention_rule.h"

namespace walstow {

// Reads everything from the medium during this call, as a decision requires. Throws
// Error{kUnavailable} if `stop` is requested: an incomplete inventory must not be used for a
// decision.
EraInventory read_era(const Archive& archive, const std::string& cluster, const EraName& era,
                      const std::stop_token& stop = {});

// Makes the inventory of an era from `files` and the current records. Throws Error{kDamaged} for an
// unreadable record. If `damaged` is given, adds the error to it instead. Memory grows with
// timelines, backups, positions and holds, not with segments.
RetentionInventory take_inventory(const Archive& archive, const std::string& cluster,
                                  const EraInventory& files, DamagedRecords* damaged = nullptr);

// Reads again the consumers that can change while no object changes: positions, holds, and backups
// that were added by hand. Updates `inventory`. This is cheap.
void read_records_again(const Archive& archive, const std::string& cluster, const EraName& era,
                        RetentionInventory& inventory, DamagedRecords* damaged = nullptr);

// The amount that a plan removes. To compute it, only the folders that the plan removes in part
// are read again: one or two for each timeline.
struct Amount {
  std::uint64_t files = 0, stored_bytes = 0;
  SegmentNumber end;  // the segment above the highest removed one
};
Amount amount_of(const Archive& archive, const std::string& cluster, const EraInventory& files,
                 const RetentionPlan& plan);
std::vector<PeriodBackupReport> reports_of(const std::vector<RetentionPlan::PeriodBackup>& backups,
                                           SegmentSize size);
StoredFileFacts facts_of(const Entry& entry, const layout::StoredName& stored, SegmentSize size);

// Returns the backups from .backup files and the backups that were added by hand, in the order of
// their starts. Pruned backups are marked. Treats unreadable records of backups in the same way as
// for_each_record().
std::vector<BackupReport> list_backups(const Archive& archive, const std::string& cluster,
                                       std::vector<BackupReport> of_files,
                                       DamagedRecords* damaged = nullptr);

}  // namespace walstow
