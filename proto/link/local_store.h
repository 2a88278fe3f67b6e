// The local link: a child process `walstowd --stdio` at the other end of a socketpair, with the
// rights of the operating system's user. It has the same protocol and guarantees as every other
// link.
#pragma once

#include <memory>
#include <string>

#include "proto/files/file_system.h"
#include "proto/link/byte_stream.h"

namespace walstow {

struct LocalStore {
  std::string archive;   // the archive's folder, absolute
  std::string walstowd;  // path of the executable
  // open_wal_folder(), where a child that cannot be ended is recorded. nullptr: children are not
  // recorded, and recorded ones are not checked.
  std::shared_ptr<FileSystem> wal_folder = nullptr;
};

// Throws Error{kUnavailable} when the program cannot be started. It also throws, without starting
// one, while a child of the same archive that `store.wal_folder` records is still running
// (proto/pgdata/left_processes.h).
//
// The child exits when the transport is destroyed (its standard input ends). The destructor waits
// for it for at most a second, then kills it. A child that does not end within another second is
// recorded and left behind: it is waiting for the archive's file system.
std::unique_ptr<Transport> connect_local(boost::asio::any_io_executor executor,
                                         const LocalStore& store);

}  // namespace walstow
