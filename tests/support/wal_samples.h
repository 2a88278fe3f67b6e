// Real bytes from PostgreSQL 15.20 on amd64, made with initdb --wal-segsize=1, 16 and 64 and two
// promotions of the first cluster; and a builder of segment headers for everything else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/little_endian.h"
#include "proto/wal/segment_header.h"

namespace walstow::samples {

inline std::vector<std::byte> bytes_of_hex(std::string_view digits) {
  std::vector<std::byte> bytes(digits.size() / 2);
  if (!from_hex(digits, bytes)) bytes.clear();
  return bytes;
}

// 1 MB segments: system identifier 7711084896406890663 (pg_controldata).
inline constexpr std::uint64_t kSystem1Mb = 7711084896406890663U;
inline constexpr std::uint64_t kSystem16Mb = 7711084899053762744U;
inline constexpr std::uint64_t kSystem64Mb = 7711084902170409161U;

// First 40 bytes of 000000010000000000000007, 1 MB segments.
inline constexpr std::string_view kSegment1Mb =
    "10d106000100000000007000000000000000000000000000a76836b3db46036b"
    "0000100000200000";
// First 40 bytes of 00000002000000000000000A: copied at the switch from timeline 1.
inline constexpr std::string_view kSegmentAfterSwitch =
    "10d10600010000000000a000000000000000000000000000a76836b3db46036b"
    "0000100000200000";
// First 40 bytes of 00000001000000000000000A.partial.
inline constexpr std::string_view kPartial1Mb =
    "10d10600010000000000a000000000000000000000000000a76836b3db46036b"
    "0000100000200000";
// First 40 bytes of 000000010000000000000001, 16 MB segments.
inline constexpr std::string_view kSegment16Mb =
    "10d102000100000000000001000000000000000000000000b878fa50dc46036b"
    "0000000100200000";
// First 40 bytes of 000000010000000000000001, 64 MB segments.
inline constexpr std::string_view kSegment64Mb =
    "10d102000100000000000004000000000000000000000000c9b8be0add46036b"
    "0000000400200000";
// First 304 bytes of global/pg_control, 1 MB segments; zeros follow in the file.
inline constexpr std::string_view kControlFile1Mb =
    "a76836b3db46036b1405000025770d0c0100000000000000dc47036b00000000"
    "2800e000000000002800e0000000000003000000030000000100000000000000"
    "d902000000000000034000000100000000000000cc0200000100000001000000"
    "0100000000000000dc47036b0000000000000000000000000000000000000000"
    "e803000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000010000000000000064000000080000000a000000"
    "000000004000000000000000080000000000000087d632410020000000000200"
    "00200000000010004000000020000000cc070000000800000100000000000000"
    "de2e8b00080f9be27dbf1fb9988d36e367f86f89407a6e7b4d82587c7c33710f"
    "e1d42966000000000000000000000000";
// The same, 16 MB.
inline constexpr std::string_view kControlFile16Mb =
    "b878fa50dc46036b1405000025770d0c0100000000000000dc46036b00000000"
    "881a510100000000881a51010000000001000000010000000100000000000000"
    "d402000000000000053500000100000000000000cc0200000100000001000000"
    "0100000000000000dc46036b0000000000000000000000000000000000000000"
    "e803000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000010000000000000064000000080000000a000000"
    "000000004000000000000000080000000000000087d632410020000000000200"
    "00200000000000014000000020000000cc070000000800000100000000000000"
    "ee92a14ac9ccb5e92de14c672f855856a0e1e23f428952cacfb8e573ca060795"
    "451ff7d5000000000000000000000000";
// The same, 64 MB.
inline constexpr std::string_view kControlFile64Mb =
    "c9b8be0add46036b1405000025770d0c0100000000000000dd46036b00000000"
    "901a510400000000901a51040000000001000000010000000100000000000000"
    "d402000000000000053500000100000000000000cc0200000100000001000000"
    "0100000000000000dd46036b0000000000000000000000000000000000000000"
    "e803000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000010000000000000064000000080000000a000000"
    "000000004000000000000000080000000000000087d632410020000000000200"
    "00200000000000044000000020000000cc070000000800000100000000000000"
    "0ae5aa83c1e7db538b92023a8019a7cec2f0bbb3adf5f04bba98c23c8beb8991"
    "603c6c4f000000000000000000000000";

// 00000003.history: the blank line is PostgreSQL's own.
inline constexpr std::string_view kHistory3 =
    "1\t0/A000A0\tno recovery target specified\n"
    "\n"
    "2\t0/C000A0\tno recovery target specified\n";

// The fields of a segment's first page (XLogLongPageHeaderData), valid unless changed.
struct PageFields {
  std::uint16_t magic = 0xD110;
  std::uint16_t info = 0x0002;
  std::uint32_t timeline = 1;
  std::uint64_t page_address = 0x7000000;
  std::uint64_t system_identifier = kSystem16Mb;
  std::uint32_t segment_size = 16U << 20;
  std::uint32_t page_size = 8192;
};

inline std::vector<std::byte> page_header(const PageFields& fields) {
  std::vector<std::byte> bytes(kSegmentHeaderSize);
  store_little_endian(fields.magic, bytes, 0);
  store_little_endian(fields.info, bytes, 2);
  store_little_endian(fields.timeline, bytes, 4);
  store_little_endian(fields.page_address, bytes, 8);
  store_little_endian(fields.system_identifier, bytes, 24);
  store_little_endian(fields.segment_size, bytes, 32);
  store_little_endian(fields.page_size, bytes, 36);
  return bytes;
}

}  // namespace walstow::samples
