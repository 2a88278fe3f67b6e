// The policy of an archive_command: answer from a mark, or put the file. While the server waits for
// it, also put the files that it will archive next. Knows no sockets and no settings.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "archiver/archive_file.h"
#include "archiver/archived_marks.h"

namespace walstow {

struct ArchiveCall {
  std::shared_ptr<FileSystem> folder;  // of the file: pg_wal
  std::string path;                    // %p as given
  std::string cluster;
  Encoding encoding = Encoding::kIdentity;
  ServerIdentity server;
  std::optional<Instance> instance;
  // False for a file outside a server's folder. Nothing else in that folder is read then, and
  // nothing is left behind.
  bool is_server_folder = true;
  // Files to archive along with this one, and connections for all of them. 0 files: no looking
  // ahead, and no answer from a mark.
  std::size_t ahead = 0;
  std::size_t connections = 1;
  // Looking ahead keeps the server waiting for its own file, so it is kept short.
  Duration begin_others_for{2000};  // from the start of the call
  Duration wait_for_others{3000};   // after the put of the call's own file
  ConnectStore connect;             // for each thread that puts
  Patience patience;                // of each put
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
};

// Returns the store's answer; nullopt: the store promised durability in an earlier call. Throws
// Error as archive_file() does. It then reports nothing about the other files: PostgreSQL will pass
// them again.
//
// Threads: others may still be running on return, if wait_for_others has passed or the call's own
// file failed. They own what they use. The process should exit (std::_Exit), which ends them.
std::optional<PutDone> archive(const ArchiveCall& call, std::shared_ptr<ArchivedMarks> marks);

}  // namespace walstow
