#include "proto/wal/segment_header.h"

#include <algorithm>
#include <array>
#include <bit>
#include <fmt/format.h>

#include "proto/base/little_endian.h"

namespace walstow {
namespace {

struct Release {
  std::uint16_t magic;  // XLOG_PAGE_MAGIC
  std::string_view name;
};

constexpr std::array kReleases = {
    Release{0xD075, "9.3"}, Release{0xD07E, "9.4"},    Release{0xD087, "9.5"},
    Release{0xD093, "9.6"}, Release{0xD097, "10"},     Release{0xD098, "11"},
    Release{0xD101, "12"},  Release{0xD106, "13"},     Release{0xD10D, "14"},
    Release{0xD110, "15"},  Release{0xD113, "16"},     Release{0xD116, "17"},
    Release{0xD118, "18"},  Release{0xD120, "19beta"}, Release{0xD121, "19beta"},
    Release{0xD122, "19"},
};

static_assert(std::ranges::is_sorted(kReleases, {}, &Release::magic));

// Every magic since 7.1 begins with this digit, and each is higher than the earlier ones.
constexpr std::uint16_t kFirstDigit = 0xD000;
constexpr std::uint16_t kFirstDigitMask = 0xF000;

// xlp_info: XLP_LONG_HEADER is set on the first page of every segment. XLP_ALL_FLAGS of PostgreSQL
// 19; the other flags of a known release are not checked, since its magic suffices.
constexpr std::uint16_t kLongHeaderFlag = 0x0002;
constexpr std::uint16_t kAllFlags = 0x000F;

// Offsets in XLogLongPageHeaderData; 4 bytes of padding follow xlp_rem_len at 16.
constexpr std::size_t kMagicOffset = 0;
constexpr std::size_t kInfoOffset = 2;
constexpr std::size_t kTimelineOffset = 4;
constexpr std::size_t kPageAddressOffset = 8;
constexpr std::size_t kSystemIdentifierOffset = 24;
constexpr std::size_t kSegmentSizeOffset = 32;
constexpr std::size_t kPageSizeOffset = 36;
// A 32-bit x86 server aligns 8 bytes to 4, so there is no padding, and these offsets are 4 lower.
constexpr std::size_t k32BitShift = 4;

// --with-wal-blocksize: 1 to 64 kB.
constexpr std::uint32_t kSmallestPage = 1024;
constexpr std::uint32_t kLargestPage = 65536;

const Release* find_release(std::uint16_t magic) {
  const auto* const found = std::find_if(kReleases.begin(), kReleases.end(),
                                         [magic](const Release& r) { return r.magic == magic; });
  return found == kReleases.end() ? nullptr : found;
}

bool is_newer_magic(std::uint16_t magic) {
  return (magic & kFirstDigitMask) == kFirstDigit && magic > kReleases.back().magic;
}

std::uint16_t swapped(std::uint16_t magic) {
  return static_cast<std::uint16_t>((magic << 8) | (magic >> 8));
}

bool is_page_size(std::uint32_t bytes) {
  return std::has_single_bit(bytes) && bytes >= kSmallestPage && bytes <= kLargestPage;
}

// A server that walstow does not support. Its file is sound.
constexpr const char* kOtherMachineHint =
    "The file is not damaged. But walstow supports only PostgreSQL on 64-bit little-endian "
    "machines (amd64, arm64, ppc64le, riscv64).";

SegmentHeaderResult not_a_segment(const std::string& why) {
  return {std::nullopt, fmt::format("is not a WAL segment: {}", why), {}};
}

// A known magic with its bytes swapped suffices. For another magic that begins with the same digit,
// the sizes must be a big-endian server's, too.
bool is_of_big_endian_server(ByteView bytes, std::uint16_t magic) {
  if (find_release(swapped(magic)) != nullptr) return true;
  const auto at = [bytes](std::size_t offset) {
    return __builtin_bswap32(load_little_endian<std::uint32_t>(bytes, offset));
  };
  return (swapped(magic) & kFirstDigitMask) == kFirstDigit &&
         SegmentSize::from_bytes(at(kSegmentSizeOffset)) && is_page_size(at(kPageSizeOffset));
}

SegmentHeaderResult unknown_magic(ByteView bytes, std::uint16_t magic) {
  if (is_of_big_endian_server(bytes, magic)) {
    const Release* const release = find_release(swapped(magic));
    return {std::nullopt,
            fmt::format("is a WAL segment of a big-endian server, which is not supported: page "
                        "magic 0x{:04X} is 0x{:04X}{} with its bytes swapped",
                        magic, swapped(magic),
                        release ? fmt::format(" of PostgreSQL {}", release->name) : ""),
            kOtherMachineHint};
  }
  SegmentHeaderResult result = not_a_segment(
      fmt::format("page magic 0x{:04X} belongs to no PostgreSQL release from {} to {}", magic,
                  kReleases.front().name, kReleases.back().name));
  if ((magic & kFirstDigitMask) == kFirstDigit) {
    result.hint = fmt::format(
        "Its server is older than PostgreSQL {}, or is a development version, and walstow does not "
        "support it; or the file is damaged.",
        kReleases.front().name);
  }
  return result;
}

// Returns whether the sizes are at a 32-bit x86 server's offsets.
bool is_of_32_bit_server(ByteView bytes) {
  const auto at = [bytes](std::size_t offset) {
    return load_little_endian<std::uint32_t>(bytes, offset - k32BitShift);
  };
  return SegmentSize::from_bytes(at(kSegmentSizeOffset)) && is_page_size(at(kPageSizeOffset));
}

SegmentHeaderResult bad_sizes(ByteView bytes, const std::string& why) {
  if (!is_of_32_bit_server(bytes)) return not_a_segment(why);
  return {std::nullopt, "is a WAL segment of a 32-bit server, which is not supported",
          kOtherMachineHint};
}

}  // namespace

SegmentHeaderResult parse_segment_header(ByteView first_bytes) {
  if (first_bytes.size() < kSegmentHeaderSize) {
    return not_a_segment(fmt::format("it has {} bytes, but its header alone takes {}",
                                     first_bytes.size(), kSegmentHeaderSize));
  }
  const auto magic = load_little_endian<std::uint16_t>(first_bytes, kMagicOffset);
  const Release* const release = find_release(magic);
  if (release == nullptr && !is_newer_magic(magic)) return unknown_magic(first_bytes, magic);

  const auto info = load_little_endian<std::uint16_t>(first_bytes, kInfoOffset);
  if (release == nullptr && (info & ~kAllFlags) != 0) {
    return not_a_segment(
        fmt::format("page magic 0x{:04X} belongs to no PostgreSQL release from {} to {}, and no "
                    "release uses the page flags 0x{:04X}",
                    magic, kReleases.front().name, kReleases.back().name, info));
  }
  if ((info & kLongHeaderFlag) == 0) {
    return not_a_segment(
        "its first page has no long header, so that page is not the first page of a segment");
  }
  const auto timeline = load_little_endian<std::uint32_t>(first_bytes, kTimelineOffset);
  if (timeline == 0) return not_a_segment("its first page is from timeline 0");

  const auto identifier = load_little_endian<std::uint64_t>(first_bytes, kSystemIdentifierOffset);
  if (identifier == 0) return not_a_segment("its system identifier is 0");

  const auto bytes = load_little_endian<std::uint32_t>(first_bytes, kSegmentSizeOffset);
  const auto segment_size = SegmentSize::from_bytes(bytes);
  if (!segment_size) {
    return bad_sizes(
        first_bytes,
        fmt::format("its segment size of {} bytes is not a power of two from 1MB to 1GB", bytes));
  }
  const auto page_size = load_little_endian<std::uint32_t>(first_bytes, kPageSizeOffset);
  if (!is_page_size(page_size)) {
    return bad_sizes(
        first_bytes,
        fmt::format("its page size of {} bytes is not a power of two from 1kB to 64kB", page_size));
  }
  const Lsn address{load_little_endian<std::uint64_t>(first_bytes, kPageAddressOffset)};
  if (address.value % segment_size->bytes() != 0) {
    return not_a_segment(
        fmt::format("its first page has the address {}, where no segment of {} starts",
                    to_string(address), to_string(*segment_size)));
  }
  return {SegmentHeader{.magic = magic,
                        .release = release == nullptr ? "" : release->name,
                        .timeline = Timeline{timeline},
                        .page_address = address,
                        .system_identifier = identifier,
                        .segment_size = *segment_size,
                        .page_size = page_size},
          {},
          {}};
}

std::string_view newest_known_release() {
  return kReleases.back().name;
}

std::optional<std::string> check_segment_header(const SegmentHeader& header,
                                                const SegmentExpectation& expected) {
  const SegmentSize size = header.segment_size;
  if (!expected.name.fits(size)) {
    return fmt::format("with a segment size of {}, no segment has this name", to_string(size));
  }
  const Lsn address = start_of(expected.name.number(size), size);
  if (header.page_address != address) {
    return fmt::format(
        "its first page has the address {}, but according to its name it should have {}",
        to_string(header.page_address), to_string(address));
  }
  // A .partial is the renamed segment (XLogArchiveNotify at the end of recovery): it has the full
  // size, too.
  if (expected.file_size != size.bytes()) {
    return fmt::format("it has {} bytes, but a segment has {}", expected.file_size, size.bytes());
  }
  if (header.is_newer_release() && !expected.system_identifier) {
    return fmt::format(
        "page magic 0x{:04X} belongs to a release newer than PostgreSQL {}, and there is no data "
        "directory to compare its system identifier with",
        header.magic, newest_known_release());
  }
  if (expected.system_identifier && header.system_identifier != *expected.system_identifier) {
    return fmt::format("its system identifier is {}, but the cluster's is {}",
                       header.system_identifier, *expected.system_identifier);
  }
  if (header.timeline > expected.name.timeline()) {
    return fmt::format(
        "its first page is from timeline {}, but its name is from the older timeline {}",
        header.timeline.value, expected.name.timeline().value);
  }
  return std::nullopt;
}

}  // namespace walstow
