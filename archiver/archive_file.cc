// The file is read twice. The first pass computes its digest, which goes into the head of the
// request, while the connection is made. The second pass sends the file, out of the page cache.
// With that digest, the store detects every change in between, and every transfer error, before it
// promises anything.
#include "archiver/archive_file.h"

#include <fmt/format.h>
#include <optional>
#include <utility>

#include "proto/base/error.h"
#include "proto/client/file_check.h"

namespace walstow {
namespace {

std::unique_ptr<File> open(const ArchiveJob& job, const WalFileName& name) {
  std::unique_ptr<File> file = job.folder.open_file(name.text());
  if (file == nullptr) {
    throw Error(ErrorKind::kInvalid, "there is no such file",
                "PATH (%p) is relative to the data directory. Run the command there.");
  }
  return file;
}

Digest digest_of(File& file, std::uint64_t size, const ByteSink& also) {
  const ReadThrough read = read_through(file, UINT64_MAX, also);
  if (read.size == size) return read.digest;
  throw Error(
      ErrorKind::kInvalid,
      fmt::format("its size changed from {} to {} bytes while it was read", size, read.size),
      "A finished WAL file never changes. Find out which program writes to it.");
}

ArchivedFile check_and_put(const ArchiveJob& job, StoreClient& store, const Patience& patience) {
  const WalFileName name = parse_archive_name(job.path);
  const std::unique_ptr<File> file = open(job, name);
  const FileStatus status = file->status();
  const std::uint64_t size = status.size;
  const auto [owner, newer] = check_file(*file, name, size, job.server);
  Digest digest;
  // Only for a standby: a put needs no digest of OpenSSL, whose first use takes time.
  std::optional<Sha256> sha256;
  ByteSink also;
  if (job.standby) also = [&digest = sha256.emplace()](ByteView bytes) { digest.update(bytes); };
  store.connect_beside([&] { digest = digest_of(*file, size, also); }, patience);
  PutFile put{.cluster = job.cluster,
              .file = name,
              .system_identifier = owner.system_identifier.value(),
              .segment_size = owner.segment_size,
              .raw_size = size,
              .digest = digest,
              .encoding = job.encoding,
              .instance = job.instance};
  PutDone done = sha256 ? put_from_standby({.put = std::move(put), .sha256 = sha256->finish()},
                                           *file, status, *job.standby, store, patience)
                        : store.put(std::move(put), *file, patience);
  return {.done = std::move(done),
          .status = status,
          .newer_magic = newer ? std::optional(newer->magic) : std::nullopt};
}

}  // namespace

ArchivedFile archive_file(const ArchiveJob& job, StoreClient& store, const Patience& patience) {
  try {
    return check_and_put(job, store, patience);
  } catch (const Error& error) {
    throw Error(error.kind(),
                fmt::format("could not archive file \"{}\": {}", job.path, error.what()),
                error.hint());
  }
}

}  // namespace walstow
