// The input of the retention rule for an era: the content of its folders, history and .backup files
// (store/inventory/era_inventory.h), and the records of positions, holds and added backups.
// Blocking; errors as store/backend/backend.h.
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
// Error{kUnavailable} if `stop` is requested: an incomplete inventory must not decide.
EraInventory read_era(const Archive& archive, const std::string& cluster, const EraName& era,
                      const std::stop_token& stop = {});

// The inventory of an era from `files` and the current records. An unreadable record throws
// Error{kDamaged}, unless `damaged` is given to collect it. Memory grows with timelines, backups,
// positions and holds, not with segments.
RetentionInventory take_inventory(const Archive& archive, const std::string& cluster,
                                  const EraInventory& files, DamagedRecords* damaged = nullptr);

// Reads the consumers again that change without an object: positions, holds, backups that were
// added by hand. Updates `inventory`. Cheap.
void read_records_again(const Archive& archive, const std::string& cluster, const EraName& era,
                        RetentionInventory& inventory, DamagedRecords* damaged = nullptr);

// The amount that a plan removes. Reads only those folders again of which a part is removed: one or
// two for each timeline.
struct Amount {
  std::uint64_t files = 0, stored_bytes = 0;
  SegmentNumber end;  // above the highest removed segment
};
Amount amount_of(const Archive& archive, const std::string& cluster, const EraInventory& files,
                 const RetentionPlan& plan);
StoredFileFacts facts_of(const Entry& entry, const layout::StoredName& stored, SegmentSize size);

// The backups of .backup files and the added ones, by start, with a mark for those that were
// pruned.
std::vector<BackupReport> list_backups(const Archive& archive, const std::string& cluster,
                                       std::vector<BackupReport> of_files);

}  // namespace walstow
