// The file is read twice. The first pass computes its digest, which goes into the head of the
// request, while the connection is made. The second pass sends the file, out of the page cache.
// Whatever changes in between, and whatever breaks on the way, the store finds with that digest
// before it promises anything.
#include "archiver/archive_file.h"

#include <array>
#include <fmt/format.h>
#include <vector>

#include "archiver/precheck.h"
#include "proto/base/buffer.h"
#include "proto/base/error.h"

namespace walstow {
namespace {

std::unique_ptr<File> open(const ArchiveJob& job, const WalFileName& name) {
  std::unique_ptr<File> file = job.folder.open_file(name.text());
  if (file == nullptr) {
    throw Error(ErrorKind::kInvalid, "there is no such file",
                "%p is relative to the data directory; run the command there.");
  }
  return file;
}

Digest digest_of(File& file, std::uint64_t size) {
  Hasher hasher;
  Buffer chunk(kChunkSize);
  std::uint64_t offset = 0;
  while (const std::size_t read = file.read_at(offset, chunk)) {
    hasher.update(chunk.first(read));
    offset += read;
  }
  if (offset == size) return hasher.digest();
  throw Error(ErrorKind::kInvalid,
              fmt::format("its size changed from {} to {} bytes while it was read", size, offset),
              "A finished WAL file never changes: find out which program writes to it.");
}

ArchivedFile check_and_put(const ArchiveJob& job, StoreClient& store, const Patience& patience) {
  const WalFileName name = parse_archive_name(job.path);
  const std::unique_ptr<File> file = open(job, name);
  const FileStatus status = file->status();
  const std::uint64_t size = status.size;
  std::vector<std::byte> beginning(bytes_to_check(name, size));
  beginning.resize(file->read_at(0, beginning));
  const auto [owner, newer] =
      precheck({.name = name, .size = size, .beginning = beginning}, job.server);
  if (newer) {
    std::array<std::byte, sizeof newer->magic> magic{};
    const std::size_t read = file->read_at(newer->page_size, magic);
    check_second_page(*newer, ByteView(magic).first(read));
  }
  Digest digest;
  store.connect_beside([&] { digest = digest_of(*file, size); }, patience);
  PutDone done = store.put({.cluster = job.cluster,
                            .file = name,
                            .system_identifier = owner.system_identifier.value(),
                            .segment_size = owner.segment_size,
                            .raw_size = size,
                            .digest = digest,
                            .encoding = job.encoding,
                            .instance = job.instance},
                           *file, patience);
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
