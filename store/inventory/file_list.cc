#include "store/inventory/file_list.h"

#include <algorithm>

#include "store/archive/layout.h"

namespace walstow {
namespace {

KeyRange history_keys(std::string_view cluster, const EraName& era, const FileRange& range) {
  std::string prefix = layout::history_prefix(cluster, era);
  if (range.timeline) prefix += to_hex8(*range.timeline);
  return {.era = era, .prefix = std::move(prefix), .after = ""};
}

KeyRange wal_keys(std::string_view cluster, const EraName& era, const FileRange& range) {
  std::string after;
  if (range.from && range.from->kind() == FileKind::kHistory) {
    after = layout::timeline_prefix(cluster, era, range.from->timeline());
  } else if (range.from) {
    after = layout::before_segment(cluster, era, *range.from);
  }
  std::string prefix = range.timeline ? layout::timeline_prefix(cluster, era, *range.timeline)
                                      : layout::wal_prefix(cluster, era);
  return {.era = era, .prefix = std::move(prefix), .after = std::move(after)};
}

KeyRange kept_keys(std::string_view cluster, const EraName& era, layout::Kept kept,
                   KeyRange::Holds holds) {
  return {
      .era = era, .prefix = layout::kept_prefix(cluster, era, kept), .after = "", .holds = holds};
}

enum class InRange { kYes, kNo, kBehindAll };

// A key that belongs to no file is in the range of its neighbours. Within one segment, keys do not
// sort in the order of names ("SEG.zst" is the last), so only another segment ends a range.
InRange place_in(const FileRange& range, std::string_view cluster, const KeyRange& keys,
                 const std::string& key) {
  if (keys.holds != KeyRange::Holds::kFiles) return InRange::kYes;
  const auto stored = layout::parse_object_key(cluster, key);
  if (!stored) return InRange::kYes;
  const bool is_history = stored->file.kind() == FileKind::kHistory;
  if (range.ends_before(is_history ? stored->file.text() : stored->file.segment_text())) {
    return InRange::kBehindAll;
  }
  return range.holds(layout::to_string(*stored)) ? InRange::kYes : InRange::kNo;
}

}  // namespace

std::vector<KeyRange> key_ranges_of_files(const Archive& archive, std::string_view cluster,
                                          const FileRange& range) {
  std::vector<KeyRange> key_ranges;
  for (const EraName& era : archive.eras(cluster)) {
    key_ranges.push_back(history_keys(cluster, era, range));
    key_ranges.push_back(wal_keys(cluster, era, range));
  }
  return key_ranges;
}

std::vector<KeyRange> key_ranges_of_objects(const Archive& archive, std::string_view cluster,
                                            const FileRange& range) {
  if (!range.is_everything()) return key_ranges_of_files(archive, cluster, range);
  using layout::Kept;
  std::vector<KeyRange> key_ranges;
  for (const EraName& era : archive.eras(cluster)) {
    key_ranges.push_back(kept_keys(cluster, era, Kept::kConflict, KeyRange::Holds::kConflicts));
    key_ranges.push_back(history_keys(cluster, era, range));
    key_ranges.push_back(kept_keys(cluster, era, Kept::kSettled, KeyRange::Holds::kSettled));
    key_ranges.push_back(wal_keys(cluster, era, range));
  }
  return key_ranges;
}

EntryPage list_page(const Archive& archive, std::string_view cluster,
                    const std::vector<KeyRange>& key_ranges, const FileRange& range,
                    const std::string& after, std::size_t limit) {
  EntryPage page;
  for (const KeyRange& keys : key_ranges) {
    std::string last = std::max(after, keys.after);
    bool ended = false;
    while (!ended && page.items.size() < limit) {
      const std::size_t room = limit - page.items.size();
      std::vector<Entry> entries = archive.backend().list_after(keys.prefix, last, room);
      ended = entries.size() < room;
      if (!entries.empty()) last = entries.back().key;
      for (Entry& entry : entries) {
        const InRange place = place_in(range, cluster, keys, entry.key);
        if (place == InRange::kBehindAll) {
          ended = true;
          break;
        }
        if (place == InRange::kYes) page.items.push_back({&keys, std::move(entry)});
      }
    }
    if (page.items.size() == limit) {
      page.is_last = false;
      return page;
    }
  }
  return page;
}

std::string token_of(std::string_view cluster, std::string_view key) {
  return std::string(key.substr(cluster.size() + 1));
}

std::string key_of(std::string_view cluster, std::string_view token) {
  if (token.empty()) return {};
  return std::string(cluster).append("/").append(token);
}

FilePage list_files(const Archive& archive, const ListFiles& list) {
  const std::vector<KeyRange> key_ranges = key_ranges_of_files(archive, list.cluster, list.range);
  const EntryPage found = list_page(archive, list.cluster, key_ranges, list.range,
                                    key_of(list.cluster, list.after), list.limit);
  FilePage page;
  for (const EntryPage::Item& item : found.items) {
    const auto stored = layout::parse_object_key(list.cluster, item.entry.key);
    if (!stored) continue;
    page.files.push_back({.era = to_string(item.keys->era),
                          .name = layout::to_string(*stored),
                          .stored_size = item.entry.size,
                          .put = item.entry.modified});
  }
  if (!found.is_last) page.next = token_of(list.cluster, found.items.back().entry.key);
  return page;
}

}  // namespace walstow
