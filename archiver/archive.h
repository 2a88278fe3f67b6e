// The policy of an archive_command: answer from a mark, or put the file. While the server waits for
// the file, also put the files that the server will archive next. Knows no sockets and no settings.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "archiver/archive_file.h"
#include "proto/pgdata/archived_marks.h"

namespace walstow {

struct ArchiveCall {
  std::shared_ptr<FileSystem> folder;  // the folder of the file (pg_wal)
  std::string path;                    // %p as given
  std::string cluster;
  Encoding encoding = Encoding::kIdentity;
  ServerIdentity server;
  std::optional<Instance> instance;
  std::optional<StandbyPut> standby = {};  // nullopt: the server is not in recovery
  // False for a file outside a server's folder. For such a file, the call reads nothing else in
  // that folder, and leaves nothing there.
  bool is_server_folder = true;
  // `ahead` is how many more files this call archives, and `connections` is how many connections it
  // uses for all of them. With 0 files, the call does not archive ahead, and uses no marks of files
  // that were archived ahead.
  std::size_t ahead = 0;
  std::size_t connections = 1;
  // Archiving ahead delays the answer about the server's own file, so its time is limited.
  Duration begin_others_for{2000};  // measured from the start of the call
  Duration wait_for_others{3000};   // measured from the put of the call's own file
  ConnectStore connect;             // called for each thread that puts files
  Patience patience;                // for each put
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
};

// Returns the store's answer, or the kind of the mark that made a request unnecessary. Throws Error
// as archive_file() does. Errors for the other files are not reported: PostgreSQL will pass those
// files again.
//
// Threads: other threads may still run on return, after wait_for_others has expired or after the
// call's own file has failed. These threads own everything that they use. The process should exit
// with std::_Exit, which ends them.
// `owner` is the owner of the marks.
std::variant<PutDone, ArchivedMarks::Kind> archive(const ArchiveCall& call,
                                                   const SpoolOwner& owner);

}  // namespace walstow
