// Archives one file: reads its status, checks it, hashes it, and puts it. Knows no sockets and no
// settings.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

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

// A file that has been opened and checked, and then hashed.
struct OpenedFile {
  std::unique_ptr<File> file;
  FileStatus status;  // the status of the file before it was read
  // For a segment from a release that is newer than this program: its XLOG_PAGE_MAGIC.
  std::optional<std::uint16_t> newer_magic;
  PutFile put;                              // complete after hash()
  std::optional<Sha256Digest> sha256 = {};  // after hash(), on a server in recovery
};

struct ArchivedFile {
  PutDone done;
  FileStatus status;
  std::optional<std::uint16_t> newer_magic;
};

// All functions throw Error with `could not archive file "<path>": <cause>`.

OpenedFile open_checked(const ArchiveJob& job);
// Reads the whole file.
void hash(OpenedFile& opened, const ArchiveJob& job);
// Puts a hashed file. Returns only when the store has promised that the file is durable. `answer`
// is the store's answer about the file, if it has been asked already.
ArchivedFile put_opened(const OpenedFile& opened, const ArchiveJob& job,
                        const std::optional<Confirmed>& answer, StoreClient& store,
                        const Patience& patience);

struct AskedFile {
  OpenedFile opened;
  Confirmed answer;
};
// On a server in recovery: opens, checks and hashes the files of all jobs, at most `threads` of
// them at a time, and asks the store about all of them in one round trip (docs/decisions/0035).
// Throws if the first file fails. Leaves out other files that fail: the server will pass them
// itself.
std::vector<AskedFile> ask_about(std::span<const ArchiveJob> jobs, std::size_t threads,
                                 StoreClient& store, const Patience& patience);

// Archives one file with the functions above. The file is hashed while the connection is made.
ArchivedFile archive_file(const ArchiveJob& job, StoreClient& store, const Patience& patience);

}  // namespace walstow
