// Archives one file: reads its status, checks it, hashes it, and puts it. Knows no sockets and no
// settings.
#pragma once

#include <optional>
#include <string>

#include "archiver/standby_put.h"
#include "proto/client/store_client.h"
#include "proto/files/file_system.h"
#include "proto/pgdata/data_directory.h"

namespace walstow {

struct ArchiveJob {
  std::string path;    // as given (%p), for messages; its last part is the file's name
  FileSystem& folder;  // the folder of the file
  std::string cluster;
  // The encoding for the transfer. With kZstd, this client compresses the file.
  Encoding encoding = Encoding::kIdentity;
  ServerIdentity server;  // from the data directory; may be incomplete
  std::optional<Instance> instance;
  std::optional<StandbyPut> standby = {};  // nullopt: the server is not in recovery
};

struct ArchivedFile {
  PutDone done;
  FileStatus status;  // the status of the file before it was read
  // For a segment from a release that is newer than this program: its XLOG_PAGE_MAGIC.
  std::optional<std::uint16_t> newer_magic;
};

// Returns only when the store has promised that the file is durable. Throws Error with
// `could not archive file "<path>": <cause>`.
ArchivedFile archive_file(const ArchiveJob& job, StoreClient& store, const Patience& patience);

}  // namespace walstow
