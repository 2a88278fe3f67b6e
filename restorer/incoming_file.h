// A file on its way to %p: collected under no visible name, then placed by one rename, so that
// PostgreSQL finds it whole or not at all.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "proto/base/file_system.h"
#include "proto/wal/segment_header.h"

namespace walstow {

class IncomingFile {
 public:
  // `name` is relative to `folder`, which outlives this. Nothing stands there before place().
  // All members throw Error{kStorage}.
  IncomingFile(FileSystem& folder, std::string name);

  void write(ByteView bytes);
  // Throws away what was written.
  void restart();

  std::uint64_t size() const { return size_; }
  // The first kSegmentHeaderSize bytes, or fewer if there are no more.
  ByteView beginning() const;

  // The content is durable on return. For who has the time: PostgreSQL fsyncs each file that it
  // keeps before it replays it, and finds nothing left to write.
  void sync() { file_->sync(); }

  // Visible under its name on return, in place of what stood there. Not durable: %p is a temporary
  // name of PostgreSQL's, which fsyncs the file and its folder itself when it keeps the file
  // (durable_rename() in KeepFileRestoredFromArchive()). Once.
  void place();

 private:
  FileSystem& folder_;
  std::string name_;
  std::unique_ptr<File> file_;
  std::uint64_t size_ = 0;
  std::array<std::byte, kSegmentHeaderSize> beginning_{};
};

}  // namespace walstow
