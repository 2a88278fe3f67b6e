#include "store/inventory/branches.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "store/archive/layout.h"
#include "store/backend/entries.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

// The number of folders of the parent's log that are counted, the newest ones.
constexpr std::size_t kMostFolders = 4;

bool are_two(const ObjectHeader& one, const ObjectHeader& other) {
  if (one.client != other.client) return true;
  return !one.instance.empty() && !other.instance.empty() && one.instance != other.instance;
}

class BranchFinder {
 public:
  BranchFinder(const Archive& archive, const std::string& cluster, const EraInventory& inventory)
      : backend_(archive.backend()),
        cluster_(cluster),
        era_(inventory.era()),
        size_(segment_size_of(era_)),
        folders_(inventory.folders()) {}

  std::optional<BranchReport> find(const KnownTimeline& timeline, const KnownTimeline& parent);

 private:
  void count(BranchReport& report, Timeline parent, SegmentNumber left, Time since);

  BackendReader& backend_;
  const std::string& cluster_;
  EraName era_;
  SegmentSize size_;
  std::vector<EraInventory::LogFolder> folders_;
};

std::optional<BranchReport> BranchFinder::find(const KnownTimeline& timeline,
                                               const KnownTimeline& parent) {
  const Lsn left_at = timeline.ancestry.back().left_at;
  const SegmentNumber left = segment_of(left_at, size_);
  if (parent.runs.empty() || parent.runs.back().last() <= left.value) return std::nullopt;
  const auto newest =
      WalFileName::segment(parent.timeline, SegmentNumber{parent.runs.back().last()}, size_);
  const auto history = WalFileName::parse(fmt::format("{}.history", to_hex8(timeline.timeline)));
  const auto opened = readable_header(backend_, *layout::object_key(cluster_, era_, *history));
  const auto goes_on = readable_header(backend_, *layout::object_key(cluster_, era_, newest));
  if (!opened || !goes_on || goes_on->time < opened->time || !are_two(*opened, *goes_on))
    return std::nullopt;
  BranchReport report{.timeline = timeline.timeline.value,
                      .parent = parent.timeline.value,
                      .left_at = to_string(left_at),
                      .client = opened->client,
                      .instance = opened->instance,
                      .put = opened->time,
                      .other_client = goes_on->client,
                      .other_instance = goes_on->instance,
                      .newest = newest.text()};
  count(report, parent.timeline, left, opened->time);
  return report;
}

// Counts the segments that arrived after the history, by the medium's clock.
void BranchFinder::count(BranchReport& report, Timeline parent, SegmentNumber left, Time since) {
  std::size_t counted = 0;
  for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) {
    if (folder->timeline != parent || folder->last <= left || folder->newest < since) continue;
    if (counted++ == kMostFolders) {
      report.more = true;
      return;
    }
    for_each_entry(backend_, folder->prefix, [&](const Entry& entry) {
      const auto stored = layout::parse_object_key(cluster_, entry.key);
      const bool counts = stored && stored->file.kind() == FileKind::kSegment &&
                          stored->form == layout::StoredName::Form::kFile &&
                          stored->file.number(size_) > left && entry.modified >= since;
      if (counts) ++report.segments;
    });
  }
}

}  // namespace

std::vector<BranchReport> find_branches(const Archive& archive, const std::string& cluster,
                                        const EraInventory& inventory, std::size_t most) {
  std::vector<BranchReport> branches;
  const KnownLog log = inventory.known_log();
  BranchFinder finder(archive, cluster, inventory);
  for (const KnownTimeline& timeline : log.timelines) {
    if (branches.size() == most) break;
    if (timeline.history != KnownTimeline::History::kRead) continue;
    const KnownTimeline* const parent = find_timeline(log, timeline.ancestry.back().parent);
    if (parent == nullptr) continue;
    if (auto branch = finder.find(timeline, *parent)) branches.push_back(*std::move(branch));
  }
  return branches;
}

}  // namespace walstow
