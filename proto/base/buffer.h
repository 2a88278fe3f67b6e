// Uninitialized memory for chunks of a file, a connection or a compressor. Each chunk is written
// before it is read.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "proto/base/bytes.h"

namespace walstow {

// Its bytes are uninitialized. std::vector would write zeros, and the first write to each page
// costs a page fault. A Buffer is a contiguous range, so it converts to ByteView and
// MutableByteView. Owns its memory. A moved-from Buffer is empty.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t size)
      // NOLINTNEXTLINE(modernize-avoid-c-arrays): the pointer to an array
      : bytes_(std::make_unique_for_overwrite<std::byte[]>(size)), size_(size) {}
  Buffer(Buffer&& other) noexcept
      : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~Buffer() = default;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::byte* data() { return bytes_.get(); }
  const std::byte* data() const { return bytes_.get(); }
  std::byte* begin() { return data(); }
  const std::byte* begin() const { return data(); }
  std::byte* end() { return data() + size_; }
  const std::byte* end() const { return data() + size_; }

  MutableByteView first(std::size_t size) { return {data(), size}; }
  ByteView first(std::size_t size) const { return {data(), size}; }

 private:
  std::unique_ptr<std::byte[]> bytes_;  // NOLINT(modernize-avoid-c-arrays)
  std::size_t size_ = 0;
};

}  // namespace walstow
