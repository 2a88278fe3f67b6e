#include "store/admin/log/ustar.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

namespace walstow {
namespace {

constexpr std::size_t kBlock = 512;  // bytes

// The offsets and widths of POSIX' struct posix_header. A number has a NUL behind its digits.
void put(std::string& header, std::size_t offset, std::string_view text) {
  header.replace(offset, text.size(), text);
}

}  // namespace

std::string tar_header(const TarEntry& entry) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(entry.modified.time_since_epoch()).count();
  std::string header(kBlock, '\0');
  put(header, 0, std::string_view(entry.name).substr(0, kLongestTarName));
  put(header, 100, fmt::format("{:07o}", entry.mode));
  // A number that does not fit is 0: who extracts as root chooses the owner.
  const auto id = [](std::uint32_t number) { return number > 07777777 ? 0 : number; };
  put(header, 108, fmt::format("{:07o}", id(entry.user)));
  put(header, 116, fmt::format("{:07o}", id(entry.group)));
  put(header, 124, fmt::format("{:011o}", entry.size));
  put(header, 136, fmt::format("{:011o}", std::max<std::int64_t>(seconds, 0)));
  put(header, 148, "        ");  // the checksum counts itself as spaces
  header[156] = '0';             // a regular file
  put(header, 257,
      std::string_view("ustar\0"
                       "00",
                       8));
  std::uint32_t sum = 0;
  for (const char byte : header)
    sum += static_cast<unsigned char>(byte);
  put(header, 148, fmt::format("{:06o}", sum));
  header[154] = '\0';
  return header;
}

std::string tar_padding(std::uint64_t size) {
  std::string zeros((kBlock - size % kBlock) % kBlock, '\0');
  return zeros;
}

std::string tar_end() {
  std::string zeros(2 * kBlock, '\0');
  return zeros;
}

}  // namespace walstow
