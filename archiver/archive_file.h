// Archives one file: look at it, check it, hash it, put it. Knows no sockets and no settings.
#pragma once

#include <optional>
#include <string>

#include "proto/client/store_client.h"
#include "proto/files/file_system.h"
#include "proto/pgdata/data_directory.h"

namespace walstow {

struct ArchiveJob {
  std::string path;    // as given (%p), for messages; its last part is the file's name
  FileSystem& folder;  // that of the file
  std::string cluster;
  Encoding encoding = Encoding::kIdentity;  // how it is sent: kZstd is compressed here
  ServerIdentity server;                    // of the data directory, as far as there is one
  std::optional<Instance> instance;
};

struct ArchivedFile {
  PutDone done;
  FileStatus status;  // of the file before it was read
  // Of a segment of a release that is newer than this program: XLOG_PAGE_MAGIC.
  std::optional<std::uint16_t> newer_magic;
};

// Returns only when the store has promised that the file is durable. Throws Error with
// `could not archive file "<path>": <cause>`.
ArchivedFile archive_file(const ArchiveJob& job, StoreClient& store, const Patience& patience);

}  // namespace walstow
