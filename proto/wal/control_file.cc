#include "proto/wal/control_file.h"

#include <array>
#include <bit>

#include "proto/base/little_endian.h"

namespace walstow {
namespace {

// ControlFileData begins with uint64 system_identifier, uint32 pg_control_version, uint32
// catalog_version_no in every release.
constexpr std::size_t kVersionOffset = 8;
constexpr std::size_t kCatalogOffset = 12;

// Where the rest is, in a build for a 64-bit machine. In between lie uint32 blcksz, relseg_size,
// since 19 slru_pages_per_segment, and xlog_blcksz, in front of xlog_seg_size.
struct Layout {
  std::uint32_t version;        // PG_CONTROL_VERSION
  std::uint32_t first_catalog;  // CATALOG_VERSION_NO: 9.5 changed the layout and not the version
  std::size_t float_format;     // double, the constant 1234567.0
  std::size_t segment_size;     // uint32 xlog_seg_size
};

constexpr std::uint32_t kCatalogOf95 = 201510051;

// Ascending by version and catalog.
constexpr std::array kLayouts = {
    Layout{937, 0, 184, 204},             // 9.3
    Layout{942, 0, 192, 212},             // 9.4
    Layout{942, kCatalogOf95, 208, 228},  // 9.5
    Layout{960, 0, 208, 228},             // 9.6
    Layout{1002, 0, 208, 228},            // 10
    Layout{1100, 0, 200, 220},            // 11
    Layout{1201, 0, 208, 228},            // 12
    Layout{1300, 0, 208, 228},            // 13 to 16
    Layout{1700, 0, 208, 228},            // 17
    Layout{1800, 0, 208, 228},            // 18
    Layout{1905, 0, 216, 240},            // 19
};

// FLOATFORMAT_VALUE, as 8 bytes of the file. It is there so that another machine's file is found
// out: a 32-bit server has it elsewhere.
constexpr std::uint64_t kFloatFormat = std::bit_cast<std::uint64_t>(1234567.0);

const Layout* find_layout(std::uint32_t version, std::uint32_t catalog) {
  const Layout* found = nullptr;
  for (const Layout& layout : kLayouts) {
    if (layout.version == version && layout.first_catalog <= catalog) found = &layout;
  }
  return found;
}

std::optional<SegmentSize> find_segment_size(ByteView content) {
  const Layout* const layout =
      find_layout(load_little_endian<std::uint32_t>(content, kVersionOffset),
                  load_little_endian<std::uint32_t>(content, kCatalogOffset));
  if (layout == nullptr) return std::nullopt;
  if (load_little_endian<std::uint64_t>(content, layout->float_format) != kFloatFormat) {
    return std::nullopt;
  }
  return SegmentSize::from_bytes(load_little_endian<std::uint32_t>(content, layout->segment_size));
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
