// What the retention rule needs to know of an era: what its folders, history and .backup files say
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

// Everything read from the medium in this very call, as whoever decides must. Throws
// Error{kUnavailable} when it is asked to stop: a part of it is no ground for a decision.
EraInventory read_era(const Archive& archive, const std::string& cluster, const EraName& era,
                      const std::stop_token& stop = {});

// Of an era as `files` has it, and the records as they are now. Where one cannot be read: throws
// Error{kDamaged}, unless `damaged` takes it. Memory grows with timelines, backups, positions and
// holds, not with segments.
RetentionInventory take_inventory(const Archive& archive, const std::string& cluster,
                                  const EraInventory& files, DamagedRecords* damaged = nullptr);

// Consumers that come and go without an object: positions, holds, backups that were added by hand.
// Puts what `inventory` has of them in order again. Cheap.
void read_records_again(const Archive& archive, const std::string& cluster, const EraName& era,
                        RetentionInventory& inventory, DamagedRecords* damaged = nullptr);

// What goes by a plan. Reads those folders once more of which only a part goes: one or two of each
// timeline.
struct Amount {
  std::uint64_t files = 0, stored_bytes = 0;
  SegmentNumber end;  // above the highest of them
};
Amount amount_of(const Archive& archive, const std::string& cluster, const EraInventory& files,
                 const RetentionPlan& plan);
StoredFileFacts facts_of(const Entry& entry, const layout::StoredName& stored, SegmentSize size);

// Those of .backup files, with those that were added, by their starts; and which were pruned.
std::vector<BackupReport> list_backups(const Archive& archive, const std::string& cluster,
                                       std::vector<BackupReport> of_files);

}  // namespace walstow
