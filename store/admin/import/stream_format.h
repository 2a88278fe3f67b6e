// One form of compression. Internal to StreamDecoder.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "proto/base/bytes.h"

namespace walstow {

class StreamFormat {
 public:
  struct Step {
    std::size_t consumed = 0;
    std::size_t produced = 0;
    bool at_end = false;  // a member or frame has ended: another one, or the end of the file, may
                          // follow
  };
  StreamFormat() = default;
  StreamFormat(const StreamFormat&) = delete;
  StreamFormat& operator=(const StreamFormat&) = delete;
  virtual ~StreamFormat() = default;

  virtual std::string_view name() const = 0;
  // Decompresses from `input` to `output`, which is not empty. If it neither consumes nor produces
  // anything, it needs more input. Throws Error{kDamaged}.
  virtual Step step(ByteView input, MutableByteView output) = 0;
};

std::unique_ptr<StreamFormat> make_gzip_format();
std::unique_ptr<StreamFormat> make_lz4_format();
std::unique_ptr<StreamFormat> make_zstd_format();

// Throws Error{kDamaged, "its gzip data is damaged: <problem>"}.
[[noreturn]] void throw_damaged_stream(std::string_view format, std::string_view problem);

}  // namespace walstow
