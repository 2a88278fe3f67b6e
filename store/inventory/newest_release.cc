#include "store/inventory/newest_release.h"

#include <algorithm>
#include <array>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/read_full.h"
#include "proto/wal/segment_header.h"
#include "store/archive/layout.h"
#include "store/object/decompressed_object.h"

namespace walstow {
namespace {

std::optional<WalFileName> newest_segment(const EraInventory& inventory) {
  const auto timelines = inventory.timelines();
  const auto newest =
      std::ranges::max_element(timelines, {}, &EraInventory::TimelineInventory::newest);
  if (newest == timelines.end() || newest->known.runs.empty()) return std::nullopt;
  const SegmentNumber last{newest->known.runs.back().last()};
  return WalFileName::segment(newest->known.timeline, last, segment_size_of(inventory.era()));
}

}  // namespace

std::optional<std::uint16_t> newer_magic_in(const Archive& archive, const std::string& cluster,
                                            const EraInventory& inventory) {
  const auto segment = newest_segment(inventory);
  if (!segment) return std::nullopt;
  const auto key = layout::object_key(cluster, inventory.era(), *segment);
  if (!key) return std::nullopt;
  std::array<std::byte, kSegmentHeaderSize> beginning{};
  try {
    auto source = archive.backend().open_object(*key);
    if (source == nullptr) return std::nullopt;  // removed after the inventory was read
    DecompressedObject object(*source);
    const auto result = parse_segment_header(read_full(object, beginning));
    if (!result.header || !result.header->is_newer_release()) return std::nullopt;
    return result.header->magic;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    // One unreadable object must not hide the rest of the status.
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return std::nullopt;
  }
}

}  // namespace walstow
