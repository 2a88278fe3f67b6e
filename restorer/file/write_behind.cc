#include "restorer/file/write_behind.h"

#include <algorithm>
#include <cstring>
#include <system_error>
#include <utility>

namespace walstow {

WriteBehind::~WriteBehind() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard held(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void WriteBehind::write(ByteView bytes) {
  if (written_ < kChunkSize) {
    sink_(bytes);
    written_ += bytes.size();
    return;
  }
  if (!thread_.joinable() && !start()) {
    sink_(bytes);
    return;
  }
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), kChunkSize);
    put(bytes.first(size));
    bytes = bytes.subspan(size);
  }
}

// When no thread can be started, the file is restored nevertheless.
bool WriteBehind::start() {
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

void WriteBehind::put(ByteView bytes) {
  std::unique_lock held(mutex_);
  changed_.wait(held, [this] { return failure_ || end_ - first_ < kChunks; });
  rethrow();
  Chunk& chunk = ring_.at(end_ % kChunks);
  held.unlock();
  if (chunk.bytes.empty()) chunk.bytes = Buffer(kChunkSize);
  // Not std::ranges::copy(): g++ 12 compiles it to a loop over single bytes.
  std::memcpy(chunk.bytes.data(), bytes.data(), bytes.size());
  chunk.size = bytes.size();
  held.lock();
  ++end_;
  held.unlock();
  changed_.notify_all();
}

void WriteBehind::finish() {
  std::unique_lock held(mutex_);
  changed_.wait(held, [this] { return failure_ || first_ == end_; });
  rethrow();
}

void WriteBehind::run() {
  std::unique_lock held(mutex_);
  for (;;) {
    changed_.wait(held, [this] { return stopping_ || first_ != end_; });
    if (stopping_) return;
    const Chunk& chunk = ring_.at(first_ % kChunks);
    held.unlock();
    std::exception_ptr failure;
    try {
      sink_(chunk.bytes.first(chunk.size));
    } catch (...) {
      failure = std::current_exception();
    }
    held.lock();
    ++first_;
    failure_ = failure;
    changed_.notify_all();
    if (failure) return;
  }
}

void WriteBehind::rethrow() {
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace walstow
