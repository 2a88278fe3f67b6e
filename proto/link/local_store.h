// The local link: a child process `walstowd --stdio` at the other end of a socketpair, with the
// rights of the user who runs the command. It has the same protocol and guarantees as every other
// link.
#pragma once

#include <memory>
#include <string>

#include "proto/files/file_system.h"
#include "proto/link/byte_stream.h"

namespace walstow {

struct LocalStore {
  std::string archive;   // the absolute path of the archive's folder
  std::string walstowd;  // path of the executable
  // The result of open_wal_folder(). If the link cannot end a child, it records the child in this
  // folder. nullptr: the link neither records children nor looks for recorded ones.
  std::shared_ptr<FileSystem> wal_folder = nullptr;
};

// Throws Error{kUnavailable} if the program cannot be started. If `store.wal_folder` records a
// child for the same archive, and that child is still running, throws the same error without
// starting another child (proto/pgdata/left_processes.h).
//
// When the transport is destroyed, the child's standard input ends, and so the child exits. The
// destructor waits for the child for at most a second, and then kills it. If the child does not end
// within another second, it is waiting for the archive's file system. It is then recorded and left
// behind.
std::unique_ptr<Transport> connect_local(boost::asio::any_io_executor executor,
                                         const LocalStore& store);

}  // namespace walstow
