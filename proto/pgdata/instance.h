// The instance: a random id for one data directory, by which the store distinguishes the positions
// of standbys.
//
// An instance is created once and kept in the spool folder. It is bound to the host and to the
// device and inode of its own file. So a data directory that was copied together with its spool
// gets a new id, and cannot report under the original's id. Threads and processes: any; a lock
// protects the sequence.
#pragma once

#include <optional>
#include <string>

#include "proto/files/file_system.h"
#include "proto/wire/command.h"

namespace walstow {

// The properties of an instance that are not stored with its id.
struct InstanceTraits {
  Instance::Role role = Instance::Role::kStandby;
  std::string standby;  // the standby's name, "" if it has none
};

// Returns the data directory's instance with the next sequence number. Returns nullopt if the
// directory has no instance yet, or only the instance of the directory from which it was copied.
// `wal_folder` comes from open_wal_folder(). Throws Error{kStorage}, or Error{kTimeout} if another
// process holds the lock for too long.
std::optional<Instance> find_instance(FileSystem& wal_folder, const InstanceTraits& traits);

// Like find_instance(), but creates a missing instance. The new id is durable on return.
Instance find_or_make_instance(FileSystem& wal_folder, const InstanceTraits& traits);

// Records that PostgreSQL received `segment` in the data directory of instance `id`. The next
// request contains it (Instance::last_handed). The record is not durable: it only informs people.
// Throws like find_instance().
void note_handed(FileSystem& wal_folder, const std::string& id, const WalFileName& segment);

}  // namespace walstow
