#include "store/inventory/times_list.h"

#include <algorithm>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/parallel.h"
#include "proto/wal/segment_end.h"
#include "store/archive/layout.h"
#include "store/backend/entries.h"
#include "store/inventory/file_list.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

// After this time, no further segment is read. As for a verification, the client sees progress, and
// can stop at any time.
constexpr Duration kTimesPageTime{1500};
// Each segment that the index has costs one read of a header, which takes long over a network.
constexpr std::size_t kMostReaders = 4;
// A page ends after so many bytes: one entry is smaller than the rest of a body (kLargestJson).
constexpr std::size_t kTimesPageBytes = std::size_t{512} * 1024;

// One segment of a page.
struct Listed {
  const KeyRange* keys = nullptr;
  WalFileName file;
  std::string key;
  std::optional<TimesEntry> known;  // from the index
  // Absent if the object does not exist any more, or if the page ended before it.
  std::optional<SegmentTimes> times = {};
  bool is_done = false;
};

// nullopt: the object is not whole.
std::optional<TimesEntry> read_entry(ObjectSource& source) {
  SegmentEndFinder finder;
  const Examined examined = examine_object(source, [&finder](ByteView raw) { finder.add(raw); });
  if (!examined.whole) return std::nullopt;
  return TimesEntry{.digest = examined.header.digest, .times = finder.times()};
}

// nullopt: no such object. `known`: from the index, perhaps of other content.
std::optional<SegmentTimes> times_of_object(const Archive& archive, TimesIndex& index,
                                            std::string_view cluster, const EraName& era,
                                            const WalFileName& segment,
                                            const std::optional<TimesEntry>& known) {
  try {
    const auto source = archive.backend().open_object(*layout::object_key(cluster, era, segment));
    if (source == nullptr) return std::nullopt;
    const auto header = readable_header(*source);
    if (!header) return SegmentTimes{};
    if (known && known->digest == header->digest) return known->times;
    auto entry = read_entry(*source);
    if (!entry) return SegmentTimes{};
    index.remember(cluster, era, segment, *entry);
    return std::move(entry->times);
  } catch (const Error& error) {
    if (!is_of_one_record(error)) throw;
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return SegmentTimes{};
  }
}

std::optional<TimesEntry> find_entry(const TimesEntries& entries, const WalFileName& segment) {
  const auto found = entries.find(segment.text());
  return found == entries.end() ? std::nullopt : std::optional(found->second);
}

std::vector<KeyRange> key_ranges_of_wal(const Archive& archive, const ListTimes& list) {
  std::vector<KeyRange> ranges = key_ranges_of_files(archive, list.cluster, list.range);
  std::erase_if(ranges, [&list](const KeyRange& keys) {
    return keys.prefix.starts_with(layout::history_prefix(list.cluster, keys.era));
  });
  return ranges;
}

// The segments among the items of a page, with what the index has.
std::vector<Listed> segments_of(const Archive& archive, const TimesIndex& index,
                                const std::string& cluster, const EntryPage& page) {
  std::vector<Listed> segments;
  std::string record;
  TimesEntries entries;
  for (const EntryPage::Item& item : page.items) {
    const auto stored = layout::parse_object_key(cluster, item.entry.key);
    const bool is_segment = stored && stored->file.kind() == FileKind::kSegment &&
                            stored->form == layout::StoredName::Form::kFile;
    if (!is_segment) continue;
    std::string own = layout::times_record(cluster, item.keys->era, stored->file);
    if (own != record) {
      entries = index.entries_near(archive.backend(), cluster, item.keys->era, stored->file);
      record = std::move(own);
    }
    segments.push_back({.keys = item.keys,
                        .file = stored->file,
                        .key = item.entry.key,
                        .known = find_entry(entries, stored->file)});
  }
  return segments;
}

}  // namespace

TimesPage list_times(const Archive& archive, TimesIndex& index, const ListTimes& list) {
  const Deadline deadline = Deadline::after(kTimesPageTime);
  const std::vector<KeyRange> key_ranges = key_ranges_of_wal(archive, list);
  const EntryPage found = list_page(archive, list.cluster, key_ranges, list.range,
                                    key_of(list.cluster, list.after), list.limit);
  std::vector<Listed> segments = segments_of(archive, index, list.cluster, found);
  // The calls start in order. The page ends before the first segment that came too late.
  run_in_parallel(segments.size(), kMostReaders, [&](std::size_t i) {
    if (i > 0 && deadline.passed()) return;
    Listed& one = segments[i];
    one.times = times_of_object(archive, index, list.cluster, one.keys->era, one.file, one.known);
    one.is_done = true;
  });
  // If the archive disappeared meanwhile, no segment has been removed.
  archive.verify_present();
  TimesPage page;
  std::size_t bytes = 0;
  const Listed* last = nullptr;
  for (Listed& one : segments) {
    if (!one.is_done || bytes >= kTimesPageBytes) {
      page.next = token_of(list.cluster, last->key);
      return page;
    }
    last = &one;
    if (!one.times) continue;
    page.segments.push_back(
        {.era = to_string(one.keys->era), .name = one.file.text(), .times = *std::move(one.times)});
    bytes += to_json(page.segments.back()).size();
  }
  if (!found.is_last) page.next = token_of(list.cluster, found.items.back().entry.key);
  return page;
}

std::optional<SegmentTimes> times_of_segment(const Archive& archive, TimesIndex& index,
                                             std::string_view cluster, const EraName& era,
                                             const WalFileName& segment) {
  const TimesEntries entries = index.entries_near(archive.backend(), cluster, era, segment);
  return times_of_object(archive, index, cluster, era, segment, find_entry(entries, segment));
}

std::optional<SegmentTimes> indexed_times(const Archive& archive, std::string_view cluster,
                                          const EraName& era, const WalFileName& segment,
                                          const TimesEntries& entries) {
  const auto entry = find_entry(entries, segment);
  const auto key = layout::object_key(cluster, era, segment);
  const auto source = entry ? archive.backend().open_object(*key) : nullptr;
  const auto header = source == nullptr ? std::nullopt : readable_header(*source);
  if (!header || header->digest != entry->digest) return std::nullopt;
  return entry->times;
}

void forget_times(Backend& backend, std::string_view cluster, const EraName& era,
                  SegmentNumber limit) {
  const SegmentSize size = segment_size_of(era);
  std::vector<std::string> keys;
  for_each_entry(backend, layout::times_records(cluster, era), [&](const Entry& entry) {
    const auto range = layout::parse_times_record(cluster, era, entry.key);
    if (range && range->first.number(size) < limit) keys.push_back(entry.key);
  });
  for (const std::string& key : keys) {
    const auto range = *layout::parse_times_record(cluster, era, key);
    const auto next = backend.list_after(layout::segment_folder(cluster, era, range.first),
                                         layout::before_segment(cluster, era, range.first), 1);
    const bool has_some =
        !next.empty() && next.front().key < layout::after_segment(cluster, era, range.last);
    if (!has_some) backend.remove_record(key);
  }
}

}  // namespace walstow
