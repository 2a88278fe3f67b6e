// A file for %p: collected without a visible name, then placed atomically, so that PostgreSQL finds
// it complete or not at all.
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
  // `folder`, which outlives this object, is the file's destination. The file is invisible until
  // publish(). All members throw Error{kStorage}.
  explicit IncomingFile(FileSystem& folder);

  void write(ByteView bytes);
  // Discards what was written.
  void restart();

  std::uint64_t size() const { return size_; }
  // Returns the first kSegmentHeaderSize bytes, or fewer if there are no more.
  ByteView beginning() const;

  // The content is durable on return. For callers that have the time: PostgreSQL fsyncs each file
  // that it keeps before it replays it, and then finds nothing left to write.
  void sync();
  std::uint64_t unsynced() const { return size_ - synced_; }  // bytes

  // On return, the file is visible under `name`, relative to the folder, and replaces an existing
  // file. Not durable: %p is a temporary name of PostgreSQL's, which fsyncs the file and its folder
  // itself when it keeps the file (durable_rename() in KeepFileRestoredFromArchive()). Call it
  // once.
  void publish(const std::string& name);

 private:
  FileSystem& folder_;
  std::unique_ptr<File> file_;
  std::uint64_t size_ = 0;
  std::uint64_t synced_ = 0;  // of `size_`
  std::array<std::byte, kSegmentHeaderSize> beginning_{};
};

}  // namespace walstow
