// What an administrator tells the retention rule: holds, and backups that left no .backup file.
// One record each. Blocking; errors as store/backend/backend.h.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/or_refusal.h"
#include "proto/wire/retention_report.h"
#include "store/archive/archive.h"
#include "store/backend/entries.h"

namespace walstow {

// Durable on return, and safe: what it needs stands, and stays. The refusal: a part of it was
// pruned, or is about to be; nothing is left of the record then. The same id again is the same one.
OrRefusal<HoldReport> add_hold(const Archive& archive, const AddHold& add, const std::string& by,
                               Time now);
OrRefusal<BackupReport> add_backup(const Archive& archive, const AddBackup& add,
                                   const std::string& by, Time now);

// What cannot be read: as for_each_record().
std::vector<HoldReport> list_holds(const Archive& archive, std::string_view cluster,
                                   DamagedRecords* damaged = nullptr);
// Those that were added by hand. Names are their ids.
std::vector<BackupReport> list_added_backups(const Archive& archive, std::string_view cluster,
                                             DamagedRecords* damaged = nullptr);

// False: there is none.
bool remove_hold(const Archive& archive, const RemoveHold& remove);
bool remove_backup(const Archive& archive, const RemoveBackup& remove);

}  // namespace walstow
