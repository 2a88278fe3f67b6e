// Writes a tar archive: the ustar format of POSIX.1-1988, which every tar reads. Pure.
//
// The format has one header of 512 bytes per file. A library for it (libarchive) would be one more
// dependency, for code that is shorter than its use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/base/utc_time.h"

namespace walstow {

struct TarEntry {
  std::string name;        // at most kLongestTarName bytes
  std::uint64_t size = 0;  // bytes; less than 8 GiB
  std::uint32_t mode = 0600;
  std::uint32_t user = 0, group = 0;  // ids
  Time modified;
};

inline constexpr std::size_t kLongestTarName = 100;

// Returns the header that precedes the file's bytes.
std::string tar_header(const TarEntry& entry);
// Returns the zero bytes that follow a file of `size` bytes.
std::string tar_padding(std::uint64_t size);
// Returns the end of the archive.
std::string tar_end();

}  // namespace walstow
