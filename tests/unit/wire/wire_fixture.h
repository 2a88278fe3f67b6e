// Values that the tests of this folder share.
#pragma once

#include <string>
#include <string_view>

#include "proto/wire/command.h"

namespace walstow::fixture {

inline constexpr std::uint64_t kSystemIdentifier = 7428364926182639101;
inline constexpr std::string_view kInstanceId = "0123456789abcdef0123456789abcdef";
inline constexpr std::string_view kSegmentName = "000000010000000A000000FE";

inline WalFileName file(std::string_view text) {
  return WalFileName::parse(text).value();
}

inline SegmentSize megabytes(std::uint64_t count) {
  return SegmentSize::from_bytes(count << 20).value();
}

inline Instance instance() {
  return {.id = std::string(kInstanceId),
          .sequence = 1795376400000000,
          .host = "standby1.example",
          .standby = "reporting",
          .role = Instance::Role::kStandby};
}

inline PutFile put_of(std::string_view name) {
  return {.cluster = "main",
          .file = file(name),
          .system_identifier = kSystemIdentifier,
          .segment_size = megabytes(16),
          .raw_size = std::uint64_t{16} << 20,
          .digest = parse_digest("00112233445566778899aabbccddeeff").value(),
          .encoding = Encoding::kIdentity,
          .instance = {},
          .ask_first = false};
}

inline GetFile get_of(std::string_view name) {
  return {.cluster = "main",
          .file = file(name),
          .system_identifier = kSystemIdentifier,
          .head_only = false,
          .accept = Encoding::kZstd,
          .request_id = "5f0c3a9be1d24478",
          .instance = {},
          .restartpoint = {}};
}

inline ReportPosition position() {
  return {.cluster = "main",
          .system_identifier = kSystemIdentifier,
          .instance = instance(),
          .restartpoint = file(kSegmentName)};
}

inline AddClient add_client() {
  return {.client = "standby1.example",
          .public_key = "TUZrd0V3WUhLb1pJemowQ0FR",
          .grants = {{.cluster = "main", .rights = {Right::kArchive, Right::kRestore}},
                     {.cluster = "other", .rights = {Right::kAdmin}}},
          .certificate_until = parse_iso8601("2028-11-22T19:40:00Z")};
}

}  // namespace walstow::fixture
