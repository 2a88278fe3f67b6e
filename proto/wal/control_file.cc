#include "proto/wal/control_file.h"

#include <algorithm>
#include <array>
#include <bit>

#include "proto/base/little_endian.h"

namespace walstow {
namespace {

// ControlFileData begins with uint64 system_identifier, uint32 pg_control_version, uint32
// catalog_version_no in every release.
constexpr std::size_t kVersionOffset = 8;
constexpr std::size_t kCatalogOffset = 12;
// DBState state, which follows in every release. The values have been the same since 9.3, too.
constexpr std::size_t kStateOffset = 16;
constexpr std::uint32_t kInArchiveRecovery = 5;  // DB_IN_ARCHIVE_RECOVERY

// Offsets of the other members, in a build for a 64-bit machine. In the copy of the latest
// checkpoint, the timeline follows its redo pointer; before 11, another pointer preceded it.
// Between float_format and xlog_seg_size are uint32 blcksz, relseg_size, slru_pages_per_segment
// (since 19) and xlog_blcksz.
struct Layout {
  std::uint32_t version;        // PG_CONTROL_VERSION
  std::uint32_t first_catalog;  // CATALOG_VERSION_NO: 9.5 changed the layout and not the version
  std::size_t timeline;         // uint32 checkPointCopy.ThisTimeLineID
  std::size_t float_format;     // double, the constant 1234567.0
  std::size_t segment_size;     // uint32 xlog_seg_size
};

constexpr std::uint32_t kCatalogOf95 = 201510051;

// Ascending by version and catalog.
constexpr std::array kLayouts = {
    Layout{937, 0, 56, 184, 204},             // 9.3
    Layout{942, 0, 56, 192, 212},             // 9.4
    Layout{942, kCatalogOf95, 56, 208, 228},  // 9.5
    Layout{960, 0, 56, 208, 228},             // 9.6
    Layout{1002, 0, 56, 208, 228},            // 10
    Layout{1100, 0, 48, 200, 220},            // 11
    Layout{1201, 0, 48, 208, 228},            // 12
    Layout{1300, 0, 48, 208, 228},            // 13 to 16
    Layout{1700, 0, 48, 208, 228},            // 17
    Layout{1800, 0, 48, 208, 228},            // 18
    Layout{1905, 0, 48, 216, 240},            // 19
};

static_assert(std::ranges::is_sorted(kLayouts, {}, &Layout::version));

// A version is the release's number and two digits: 1905. With another byte order, it is enormous.
bool is_newer(std::uint32_t version) {
  constexpr std::uint32_t kAbsurd = 100000;
  return version > kLayouts.back().version && version < kAbsurd;
}

// FLOATFORMAT_VALUE, as 8 bytes of the file. It reveals another machine's file: a 32-bit server has
// it at another offset.
constexpr std::uint64_t kFloatFormat = std::bit_cast<std::uint64_t>(1234567.0);

const Layout* find_layout(std::uint32_t version, std::uint32_t catalog) {
  const Layout* found = nullptr;
  for (const Layout& layout : kLayouts) {
    if (layout.version == version && layout.first_catalog <= catalog) found = &layout;
  }
  return found;
}

const Layout* layout_of(ByteView content) {
  const Layout* const layout =
      find_layout(load_little_endian<std::uint32_t>(content, kVersionOffset),
                  load_little_endian<std::uint32_t>(content, kCatalogOffset));
  if (layout == nullptr) return nullptr;
  const auto found = load_little_endian<std::uint64_t>(content, layout->float_format);
  return found == kFloatFormat ? layout : nullptr;
}

// 0 is not a timeline: the bytes are something else, or damaged.
std::optional<Timeline> timeline_at(ByteView content, std::size_t offset) {
  const Timeline timeline{load_little_endian<std::uint32_t>(content, offset)};
  return timeline.value == 0 ? std::nullopt : std::optional(timeline);
}

}  // namespace

// Does not check the file's CRC: a running server rewrites the file under its readers. But the
// identifier and the segment size never change during the cluster's life, and the timeline and the
// state are one aligned word each.
std::optional<ControlFile> parse_control_file(ByteView content) {
  if (content.size() < kControlFileBytes) return std::nullopt;
  const ByteView data = content.first(kControlFileBytes);
  const auto identifier = load_little_endian<std::uint64_t>(data, 0);
  if (identifier == 0) return std::nullopt;
  ControlFile control{.system_identifier = identifier, .segment_size = {}, .timeline = {}};
  const auto version = load_little_endian<std::uint32_t>(data, kVersionOffset);
  const Layout& newest = kLayouts.back();
  if (is_newer(version)) control.timeline = timeline_at(data, newest.timeline);
  if (const Layout* const layout = layout_of(data)) {
    control.is_of_old_release = layout->version < newest.version;
    control.segment_size =
        SegmentSize::from_bytes(load_little_endian<std::uint32_t>(data, layout->segment_size));
    control.timeline = timeline_at(data, layout->timeline);
    control.is_in_archive_recovery =
        load_little_endian<std::uint32_t>(data, kStateOffset) == kInArchiveRecovery;
  }
  return control;
}

}  // namespace walstow
