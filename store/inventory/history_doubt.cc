#include "store/inventory/history_doubt.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "store/archive/layout.h"
#include "store/backend/entries.h"
#include "store/inventory/log_files.h"

namespace walstow {
namespace {

// The newest segment in the last folder of the timeline. nullopt: none.
std::optional<SegmentNumber> newest_in_last_folder(BackendReader& backend,
                                                   const std::string& cluster, const EraName& era,
                                                   Timeline timeline) {
  std::string last;
  for (const Folder& folder : backend.folders(layout::wal_prefix(cluster, era))) {
    if (folder.name.starts_with(to_hex8(timeline))) last = folder.name;
  }
  if (last.empty()) return std::nullopt;
  std::optional<SegmentNumber> newest;
  for_each_entry(backend, layout::segment_folder(cluster, era, last), [&](const Entry& entry) {
    const auto stored = layout::parse_object_key(cluster, entry.key);
    if (!stored || !is_of_log(*stored)) return;
    newest = std::max(newest.value_or(SegmentNumber{}), stored->file.number(segment_size_of(era)));
  });
  return newest;
}

// The highest timeline with a history or a folder, except `own`. 0: none.
std::uint32_t highest_timeline(BackendReader& backend, const std::string& cluster,
                               const EraName& era, Timeline own) {
  std::uint32_t highest = 0;
  const auto add = [&](const std::optional<WalFileName>& history) {
    if (history && history->timeline() != own)
      highest = std::max(highest, history->timeline().value);
  };
  for (const Folder& folder : backend.folders(layout::wal_prefix(cluster, era)))
    add(WalFileName::parse(fmt::format("{}.history", folder.name.substr(0, 8))));
  for_each_entry(backend, layout::history_prefix(cluster, era), [&](const Entry& entry) {
    if (const auto stored = layout::parse_object_key(cluster, entry.key)) add(stored->file);
  });
  return highest;
}

}  // namespace

std::string describe_doubt(BackendReader& backend, const std::string& cluster, const EraName& era,
                           const TimelineHistory& history) {
  const TimelineSwitch& origin = history.ancestry.back();
  const auto newest = newest_in_last_folder(backend, cluster, era, origin.parent);
  const SegmentNumber left = segment_of(origin.left_at, segment_size_of(era));
  if (newest && left.value > newest->value + kUsualGap) {
    return fmt::format(
        "it states that timeline {0} branched off timeline {1} at {2}, {3} segments after the "
        "newest segment of timeline {1} in the archive",
        history.timeline.value, origin.parent.value, to_string(origin.left_at),
        left.value - newest->value);
  }
  const std::uint32_t highest = highest_timeline(backend, cluster, era, history.timeline);
  if (highest > 0 && history.timeline.value > highest &&
      history.timeline.value - highest > kUsualTimelines) {
    return fmt::format("its timeline is {}, but the highest timeline in the archive is {}",
                       history.timeline.value, highest);
  }
  return {};
}

}  // namespace walstow
