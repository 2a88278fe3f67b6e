// The local link: a `walstowd --stdio` of our own as a child, at the other end of a socketpair,
// under the rights of the operating system's user. The same protocol and promises as every other
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
  // open_wal_folder(), where a child that cannot be ended is noted; nullptr: nowhere, and none that
  // was noted is looked for.
  std::shared_ptr<FileSystem> wal_folder = nullptr;
};

// Throws Error{kUnavailable} when the program cannot be started, and at once, without starting one,
// while a child of the same archive that was noted in `store.wal_folder` has not ended
// (proto/pgdata/left_processes.h).
//
// The child ends by itself when the transport goes (its standard input ends), and is waited for, a
// second at most, then killed. One that does not end within a second of that either is noted and
// left behind: it waits for the archive's file system.
std::unique_ptr<Transport> connect_local(boost::asio::any_io_executor executor,
                                         const LocalStore& store);

}  // namespace walstow
