// Positions in the write-ahead log and the arithmetic of its segments. Pure.
// Source: PostgreSQL src/include/access/xlogdefs.h, xlog_internal.h.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace walstow {

// The position of a byte in the log of one timeline (XLogRecPtr).
struct Lsn {
  std::uint64_t value = 0;
  auto operator<=>(const Lsn&) const = default;
};

std::string to_string(Lsn lsn);  // "1A/2B000028", as PostgreSQL prints it
// Accepts upper and lower case, and 1 to 8 digits on each side of the slash.
std::optional<Lsn> parse_lsn(std::string_view text);

struct Timeline {
  std::uint32_t value = 0;  // from 1 upward; 0 is invalid
  auto operator<=>(const Timeline&) const = default;
};

std::string to_hex8(Timeline timeline);  // "0000000A", as in file names

// Bytes of one segment: a power of two from 1 MB to 1 GB (IsValidWalSegSize).
class SegmentSize {
 public:
  static std::optional<SegmentSize> from_bytes(std::uint64_t bytes);

  std::uint32_t bytes() const { return bytes_; }
  // Segments per "log number" of 4 GB: 256 at 16 MB (XLogSegmentsPerXLogId).
  std::uint32_t segments_per_log() const;
  auto operator<=>(const SegmentSize&) const = default;

 private:
  explicit SegmentSize(std::uint32_t bytes) : bytes_(bytes) {}
  std::uint32_t bytes_;
};

std::string to_string(SegmentSize size);  // "16MB", "1GB"

// The index of a segment in the whole log, starting at 0 (XLogSegNo). It does not restart with each
// log number.
struct SegmentNumber {
  std::uint64_t value = 0;
  auto operator<=>(const SegmentNumber&) const = default;
};

// The start of the number after the highest segment would overflow to 0/0. Returns the highest LSN
// for it instead.
Lsn start_of(SegmentNumber number, SegmentSize size);
SegmentNumber segment_of(Lsn lsn, SegmentSize size);
// Returns the segment with the last byte of the log from `begin` up to `end`, which is not part of
// it. If `end` is not after `begin`, returns the segment of `begin`.
SegmentNumber last_segment_between(Lsn begin, Lsn end, SegmentSize size);

}  // namespace walstow
