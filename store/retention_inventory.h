// What the retention rule needs to know of an era, read from the medium in this very call: a scan
// of its keys, its history and .backup files, and its records. Blocking; errors as store/backend.h.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "proto/wire/retention_report.h"
#include "store/archive.h"
#include "store/layout.h"
#include "store/retention.h"

namespace walstow {

// Memory grows with timelines, backups, positions and holds, not with segments.
RetentionInventory take_inventory(const Archive& archive, const std::string& cluster,
                                  const EraName& era);

// Consumers that come and go without an object: positions, holds, backups that were added by hand.
// Puts what `inventory` has of them in order again. Cheap.
void read_records_again(const Archive& archive, const std::string& cluster, const EraName& era,
                        RetentionInventory& inventory);

// Those of .backup files and those that were added, by their starts.
std::vector<BackupReport> list_backups(const Archive& archive, const std::string& cluster);

// Everything below wal/ of an era, in key order.
using VisitFile = std::function<void(const Entry&, const layout::StoredName&)>;
void for_each_wal_file(const Archive& archive, std::string_view cluster, const EraName& era,
                       const VisitFile& visit);

}  // namespace walstow
