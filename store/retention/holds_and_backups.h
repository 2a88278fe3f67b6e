// An administrator's input to the retention rule: holds, and backups without a .backup file. Each
// hold and each backup has one record. Blocking. Errors: as in store/backend/backend.h.
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

// The hold is durable on return, and the segments that it needs exist and are kept. Refuses if some
// of these segments were pruned, or are about to be pruned; then no record remains. Repeating the
// call with the same id does not add a second hold.
OrRefusal<HoldReport> add_hold(const Archive& archive, const AddHold& add, const std::string& by,
                               Time now);
OrRefusal<BackupReport> add_backup(const Archive& archive, const AddBackup& add,
                                   const std::string& by, Time now);

// Treats unreadable records in the same way as for_each_record().
std::vector<HoldReport> list_holds(const Archive& archive, std::string_view cluster,
                                   DamagedRecords* damaged = nullptr);
// Returns the backups that an administrator has added. Their names are their ids.
std::vector<BackupReport> list_added_backups(const Archive& archive, std::string_view cluster,
                                             DamagedRecords* damaged = nullptr);

// Returns false if there is no such hold.
bool remove_hold(const Archive& archive, const RemoveHold& remove);
bool remove_backup(const Archive& archive, const RemoveBackup& remove);

}  // namespace walstow
