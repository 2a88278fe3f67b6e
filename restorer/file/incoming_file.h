// Receives a file for %p without a visible name, then places it atomically. So PostgreSQL finds
// either the complete file or none.
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
  // `folder` is the file's destination, and must outlive this object. The file is invisible until
  // publish(). All member functions throw Error{kStorage}.
  explicit IncomingFile(FileSystem& folder);

  void write(ByteView bytes);
  // Discards everything that was written.
  void restart();

  std::uint64_t size() const { return size_; }
  // Returns the first kSegmentHeaderSize bytes, or fewer if there are no more.
  ByteView beginning() const;

  // Makes the content durable. A caller that is not in a hurry calls it: PostgreSQL fsyncs each
  // file that it keeps before it replays the file, and that fsync then has nothing left to write.
  void sync();
  std::uint64_t unsynced() const { return size_ - synced_; }  // in bytes

  // On return, the file is visible as `name` in the folder, and has replaced an existing file of
  // that name. It is not durable: %p is a temporary name that PostgreSQL chooses, and PostgreSQL
  // itself fsyncs the file and its folder if it keeps the file (durable_rename() in
  // KeepFileRestoredFromArchive()). Call it once.
  void publish(const std::string& name);

 private:
  FileSystem& folder_;
  std::unique_ptr<File> file_;
  std::uint64_t size_ = 0;
  std::uint64_t synced_ = 0;  // how many of the `size_` bytes are durable
  std::array<std::byte, kSegmentHeaderSize> beginning_{};
};

}  // namespace walstow
