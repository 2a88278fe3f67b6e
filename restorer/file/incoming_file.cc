#include "restorer/file/incoming_file.h"

#include <algorithm>
#include <span>

#include "proto/base/error.h"

namespace walstow {

IncomingFile::IncomingFile(FileSystem& folder)
    : folder_(folder), file_(folder.create_temporary()) {}

void IncomingFile::write(ByteView bytes) {
  file_->write_at(size_, bytes);
  if (size_ < beginning_.size()) {
    const auto offset = static_cast<std::size_t>(size_);
    const std::size_t taken = std::min(bytes.size(), beginning_.size() - offset);
    std::ranges::copy(bytes.first(taken), std::span(beginning_).subspan(offset).begin());
  }
  size_ += bytes.size();
}

void IncomingFile::restart() {
  if (size_ == 0) return;
  file_ = folder_.create_temporary();
  size_ = synced_ = 0;
}

ByteView IncomingFile::beginning() const {
  const auto size = std::min<std::uint64_t>(size_, beginning_.size());
  return ByteView(beginning_).first(static_cast<std::size_t>(size));
}

void IncomingFile::sync() {
  if (unsynced() == 0) return;
  file_->sync();
  synced_ = size_;
}

void IncomingFile::publish(const std::string& name) {
  // PostgreSQL has removed an existing file at %p, so a link suffices, and needs no write to the
  // spool folder.
  if (folder_.link_temporary(*file_, name) == LinkResult::kExists) {
    folder_.replace_by_temporary(*file_, name);
  }
  try {
    file_->close();
  } catch (const Error&) {
    // A network file system may report only here that it lost data.
    folder_.remove(name);
    throw;
  }
}

}  // namespace walstow
