// A file on its way to %p: collected under no visible name, then placed by one rename, so that
// PostgreSQL finds it whole or not at all.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "proto/files/file_system.h"
#include "proto/wal/segment_header.h"

namespace walstow {

class IncomingFile {
 public:
  // `folder`, which outlives this, is where it is to be placed; until then nobody can see it.
  // All members throw Error{kStorage}.
  explicit IncomingFile(FileSystem& folder);

  void write(ByteView bytes);
  // Throws away what was written.
  void restart();

  std::uint64_t size() const { return size_; }
  // The first kSegmentHeaderSize bytes, or fewer if there are no more.
  ByteView beginning() const;

  // The content is durable on return. For who has the time: PostgreSQL fsyncs each file that it
  // keeps before it replays it, and finds nothing left to write.
  void sync();
  std::uint64_t unsynced() const { return size_ - synced_; }  // bytes

  // Visible under `name`, relative to the folder, on return, in place of what stood there. Not
  // durable: %p is a temporary name of PostgreSQL's, which fsyncs the file and its folder itself
  // when it keeps the file (durable_rename() in KeepFileRestoredFromArchive()). Once.
  void publish(const std::string& name);

 private:
  FileSystem& folder_;
  std::unique_ptr<File> file_;
  std::uint64_t size_ = 0;
  std::uint64_t synced_ = 0;  // of `size_`
  std::array<std::byte, kSegmentHeaderSize> beginning_{};
};

}  // namespace walstow
