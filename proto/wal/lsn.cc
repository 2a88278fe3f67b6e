#include "proto/wal/lsn.h"

#include <bit>
#include <charconv>
#include <fmt/format.h>
#include <limits>

namespace walstow {
namespace {

constexpr std::uint64_t kMegabyte = std::uint64_t{1} << 20;
constexpr std::uint64_t kGigabyte = std::uint64_t{1} << 30;
constexpr std::uint64_t kLogBytes = std::uint64_t{1} << 32;

// One side of "1A/2B000028".
std::optional<std::uint32_t> parse_half(std::string_view digits) {
  if (digits.empty() || digits.size() > 8) return std::nullopt;
  std::uint32_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

}  // namespace

std::string to_string(Lsn lsn) {
  return fmt::format("{:X}/{:X}", lsn.value >> 32, lsn.value & 0xFFFFFFFFU);
}

std::optional<Lsn> parse_lsn(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto high = parse_half(text.substr(0, slash));
  const auto low = parse_half(text.substr(slash + 1));
  if (!high || !low) return std::nullopt;
  return Lsn{(std::uint64_t{*high} << 32) | *low};
}

std::string to_hex8(Timeline timeline) {
  return fmt::format("{:08X}", timeline.value);
}

std::optional<SegmentSize> SegmentSize::from_bytes(std::uint64_t bytes) {
  if (!std::has_single_bit(bytes) || bytes < kMegabyte || bytes > kGigabyte) return std::nullopt;
  return SegmentSize(static_cast<std::uint32_t>(bytes));
}

std::uint32_t SegmentSize::segments_per_log() const {
  return static_cast<std::uint32_t>(kLogBytes / bytes_);
}

std::string to_string(SegmentSize size) {
  return size.bytes() == kGigabyte ? "1GB" : fmt::format("{}MB", size.bytes() / kMegabyte);
}

Lsn start_of(SegmentNumber number, SegmentSize size) {
  constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();
  return Lsn{number.value > kLast / size.bytes() ? kLast : number.value * size.bytes()};
}

SegmentNumber segment_of(Lsn lsn, SegmentSize size) {
  return SegmentNumber{lsn.value / size.bytes()};
}

SegmentNumber last_segment_between(Lsn begin, Lsn end, SegmentSize size) {
  return segment_of(end > begin ? Lsn{end.value - 1} : begin, size);
}

}  // namespace walstow
