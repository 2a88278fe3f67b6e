// An administrator's input to the retention rule: holds, and backups without a .backup file. One
// record each. Blocking; errors as store/backend/backend.h.
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

// Durable on return, and safe: the needed segments exist, and stay. Refuses if a part of them was
// pruned, or is about to be; then no record remains. The same id again names the same hold.
OrRefusal<HoldReport> add_hold(const Archive& archive, const AddHold& add, const std::string& by,
                               Time now);
OrRefusal<BackupReport> add_backup(const Archive& archive, const AddBackup& add,
                                   const std::string& by, Time now);

// Unreadable records: as for_each_record().
std::vector<HoldReport> list_holds(const Archive& archive, std::string_view cluster,
                                   DamagedRecords* damaged = nullptr);
// The backups that an administrator has added. Their names are their ids.
std::vector<BackupReport> list_added_backups(const Archive& archive, std::string_view cluster,
                                             DamagedRecords* damaged = nullptr);

// False: no such hold.
bool remove_hold(const Archive& archive, const RemoveHold& remove);
bool remove_backup(const Archive& archive, const RemoveBackup& remove);

}  // namespace walstow
