#include "store/retention/oldest_first.h"

#include <algorithm>

#include "store/archive/layout.h"
#include "store/retention/retention_inventory.h"

namespace walstow {
namespace {

// A directory reads a folder once for each page.
constexpr std::size_t kPrunePage = kMostRemovals;

}  // namespace

OldestFirst::OldestFirst(Backend& backend, const std::string& cluster, const EraName& era,
                         const std::vector<TimelineFacts>& timelines)
    : backend_(backend), cluster_(cluster), size_(segment_size_of(era)) {
  for (const TimelineFacts& facts : timelines) {
    cursors_.push_back({.prefix = layout::timeline_prefix(cluster, era, facts.timeline)});
    fill(cursors_.back());
  }
}

SegmentNumber OldestFirst::first_of(const Cursor& cursor) {
  return cursor.page.empty() ? SegmentNumber{UINT64_MAX} : cursor.page.front().facts.number;
}

void OldestFirst::fill(Cursor& cursor) {
  while (cursor.page.empty()) {
    const auto entries = backend_.list_after(cursor.prefix, cursor.after, kPrunePage);
    for (const Entry& entry : entries) {
      if (const auto stored = layout::parse_object_key(cluster_, entry.key)) {
        cursor.page.push_back({entry.key, entry.size, facts_of(entry, *stored, size_)});
      }
    }
    if (entries.empty()) return;
    cursor.after = entries.back().key;
  }
}

std::optional<OldestFirst::File> OldestFirst::next(SegmentNumber end) {
  const auto least = std::ranges::min_element(
      cursors_, [](const Cursor& a, const Cursor& b) { return first_of(a) < first_of(b); });
  if (least == cursors_.end() || first_of(*least) >= end) return std::nullopt;
  File file = std::move(least->page.front());
  least->page.pop_front();
  if (least->page.empty()) fill(*least);
  return file;
}

}  // namespace walstow
