// The instance: a random id for one data directory, so that the store can tell one standby's
// position from another's.
//
// It is made once and kept in the spool folder, bound to the host and to device and inode of its
// own file: a data directory that was copied, with the spool in it, gets a new id and cannot report
// in the name of the original. Threads and processes: any; the sequence is handed out under a lock.
#pragma once

#include <optional>
#include <string>

#include "proto/files/file_system.h"
#include "proto/wire/command.h"

namespace walstow {

// What is not kept with the id.
struct InstanceTraits {
  Instance::Role role = Instance::Role::kStandby;
  std::string standby;  // its name, "" when it has none
};

// The instance of the data directory with the next sequence number; nullopt: it has none yet, or
// only the original's, of which it is a copy. `wal_folder` is that of open_wal_folder().
// Throws Error{kStorage}, or Error{kTimeout} when another process holds the lock for too long.
std::optional<Instance> find_instance(FileSystem& wal_folder, const InstanceTraits& traits);

// As find_instance, but makes one where there is none. The new id is durable on return.
Instance find_or_make_instance(FileSystem& wal_folder, const InstanceTraits& traits);

// PostgreSQL was handed `segment` in the data directory of instance `id`: it goes along with what
// is asked next (Instance::last_handed). Not durable: it is for people to look at. Throws as
// find_instance.
void note_handed(FileSystem& wal_folder, const std::string& id, const WalFileName& segment);

}  // namespace walstow
