// The content of a compressed file, which is decompressed while it is read. It needs no space on a
// disk, and a limited amount of memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "proto/base/buffer.h"
#include "proto/files/file_system.h"
#include "store/admin/import/stream_decoder.h"

namespace walstow {

// It keeps the last 16 MB of the content. A read of earlier bytes decompresses the file again from
// its start. So a segment of the usual size is decompressed once, however often it is read. A put
// reads a file in order, in two threads whose positions are at most 2 MB apart.
class DecompressedFile final : public FileContent {
 public:
  DecompressedFile(std::unique_ptr<File> compressed, Compression compression);

  // Throws what StreamDecoder::read() and File::read_at() throw.
  std::size_t read_at(std::uint64_t offset, MutableByteView out) override;

  // From now on, if the content is shorter than `size`, zeros follow it up to that size.
  void pad_to(std::uint64_t size) { padded_size_ = size; }

 private:
  void restart();
  void decompress_more();

  std::unique_ptr<File> compressed_;
  Compression compression_;
  std::uint64_t compressed_read_ = 0;
  std::optional<StreamDecoder> decoder_;
  Buffer kept_;                 // a ring: the byte at offset n is at n modulo the ring's size
  std::uint64_t produced_ = 0;  // bytes decompressed so far
  bool at_end_ = false;
  std::uint64_t padded_size_ = 0;
};

// The content of `file`, decompressed if it is compressed. Throws Error{kInvalid} if the form of
// compression is not supported.
struct OpenedContent {
  std::unique_ptr<FileContent> content;
  DecompressedFile* decompressed = nullptr;  // `content`, if the file is compressed
};
OpenedContent open_content(std::unique_ptr<File> file);

}  // namespace walstow
