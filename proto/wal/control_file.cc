#include "proto/wal/control_file.h"

#include <bit>

#include "proto/base/little_endian.h"

namespace walstow {
namespace {

// FLOATFORMAT_VALUE, as 8 bytes of the file.
constexpr std::uint64_t kFloatProbe = std::bit_cast<std::uint64_t>(1234567.0);

// From the probe on: double floatFormat; uint32 blcksz, relseg_size, xlog_blcksz, xlog_seg_size.
constexpr std::size_t kBlockSizeOffset = 8;
constexpr std::size_t kWalPageSizeOffset = 16;
constexpr std::size_t kWalSegmentSizeOffset = 20;
constexpr std::size_t kProbedBytes = 24;

bool is_page_size(std::uint32_t bytes) {
  return std::has_single_bit(bytes) && bytes >= 1024 && bytes <= 65536;
}

std::optional<SegmentSize> find_segment_size(ByteView content) {
  // The probe is aligned as the server's compiler aligns a double: to 8 bytes, or to 4 (i386).
  for (std::size_t at = 0; at + kProbedBytes <= content.size(); at += 4) {
    if (load_little_endian<std::uint64_t>(content, at) != kFloatProbe) continue;
    // Other fields (a random nonce among them) could look like the probe; its neighbours settle it.
    const auto block_size = load_little_endian<std::uint32_t>(content, at + kBlockSizeOffset);
    const auto wal_page_size = load_little_endian<std::uint32_t>(content, at + kWalPageSizeOffset);
    if (!is_page_size(block_size) || !is_page_size(wal_page_size)) continue;
    return SegmentSize::from_bytes(
        load_little_endian<std::uint32_t>(content, at + kWalSegmentSizeOffset));
  }
  return std::nullopt;
}

}  // namespace

// The file's CRC is not checked: a running server rewrites the file under its readers, but these
// two fields keep their values for the life of the cluster.
std::optional<ControlFile> parse_control_file(ByteView content) {
  if (content.size() < kControlFileBytes) return std::nullopt;
  const ByteView data = content.first(kControlFileBytes);
  const auto identifier = load_little_endian<std::uint64_t>(data, 0);
  if (identifier == 0) return std::nullopt;
  return ControlFile{identifier, find_segment_size(data)};
}

}  // namespace walstow
