#include "store/catalog.h"

#include <functional>
#include <map>

#include "proto/codec/object.h"
#include "proto/wal/timeline_history.h"
#include "store/kept_content.h"
#include "store/layout.h"
#include "store/positions.h"
#include "store/standing_object.h"

namespace walstow {
namespace {

constexpr std::size_t kPage = 1000;

// Every object below a prefix, in key order, page by page.
void for_each_object(const Archive& archive, std::string_view cluster, const std::string& prefix,
                     const std::function<void(const Entry&, const layout::StoredName&)>& visit) {
  std::string after;
  for (;;) {
    const std::vector<Entry> page = archive.backend().list_after(prefix, after, kPage);
    for (const Entry& entry : page) {
      if (const auto stored = layout::parse_object_key(cluster, entry.key)) visit(entry, *stored);
    }
    if (page.size() < kPage) return;
    after = page.back().key;
  }
}

void add_segment(TimelineReport& report, const WalFileName& file, SegmentSize size) {
  if (!report.ranges.empty()) {
    SegmentRange& last = report.ranges.back();
    const SegmentNumber end = WalFileName::parse(last.last)->number(size);
    if (file.number(size).value == end.value + 1) {
      last.last = file.text();
      ++last.count;
      return;
    }
  }
  if (report.ranges.size() == kMostRanges) {
    report.ranges.erase(report.ranges.begin());
    ++report.ranges_left_out;
  }
  report.ranges.push_back({.first = file.text(), .last = file.text(), .count = 1});
}

void add_file(TimelineReport& report, const Entry& entry, const layout::StoredName& stored,
              SegmentSize size) {
  const WalFileName& file = stored.file;
  report.stored_bytes += entry.size;
  if (stored.form == layout::StoredName::Form::kIncomplete) {
    ++report.incompletes;
    report.raw_bytes += size.bytes();
    return;
  }
  switch (file.kind()) {
    case FileKind::kSegment:
      ++report.segments;
      report.raw_bytes += size.bytes();
      if (!report.newest || entry.modified > *report.newest) report.newest = entry.modified;
      add_segment(report, file, size);
      break;
    case FileKind::kPartial:
      ++report.partials;
      report.raw_bytes += size.bytes();
      break;
    case FileKind::kBackup:
      ++report.backups;
      break;
    case FileKind::kHistory:
      break;  // has a folder of its own
  }
}

// Where a timeline came from. A history file that cannot be read leaves its parent unknown here;
// verification is what names damage.
void add_parent(const Archive& archive, const Entry& entry, Timeline timeline,
                TimelineReport& report) {
  const auto source = archive.backend().open_object(entry.key);
  if (!source || source->size() > kLargestHistoryFile) return;
  std::string content;
  const Examined examined =
      examine_object(*source, [&content](ByteView raw) { content += as_text(raw); });
  if (!examined.whole) return;
  const auto parsed = parse_timeline_history(timeline, content).history;
  if (!parsed || parsed->ancestry.empty()) return;
  report.parent = parsed->ancestry.back().parent.value;
  report.left_parent_at = to_string(parsed->ancestry.back().left_at);
}

EraReport report_era(const Archive& archive, std::string_view cluster, const EraName& era) {
  EraReport report{.era = to_string(era), .timelines = {}};
  const SegmentSize size = segment_size_of(era);
  std::map<Timeline, TimelineReport> timelines;
  const auto timeline = [&timelines](Timeline id) -> TimelineReport& {
    TimelineReport& found = timelines[id];
    found.timeline = id.value;
    return found;
  };
  for_each_object(archive, cluster, layout::history_prefix(cluster, era),
                  [&](const Entry& entry, const layout::StoredName& stored) {
                    ++report.histories;
                    const Timeline id = stored.file.timeline();
                    add_parent(archive, entry, id, timeline(id));
                  });
  for_each_object(archive, cluster, layout::wal_prefix(cluster, era),
                  [&](const Entry& entry, const layout::StoredName& stored) {
                    add_file(timeline(stored.file.timeline()), entry, stored, size);
                  });
  report.conflicts = list_kept(archive, std::string(cluster), era, layout::Kept::kConflict).size();
  for (auto& [id, one] : timelines)
    report.timelines.push_back(std::move(one));
  return report;
}

}  // namespace

ClusterReport report_cluster(const Archive& archive, std::string_view cluster) {
  ClusterReport report{
      .archive = archive.id(), .cluster = std::string(cluster), .eras = {}, .positions = {}};
  for (const EraName& era : archive.eras(cluster)) {
    report.eras.push_back(report_era(archive, cluster, era));
  }
  report.positions = list_positions(archive.backend(), cluster);
  return report;
}

std::vector<ClusterSummary> report_clusters(const Archive& archive) {
  std::vector<ClusterSummary> summaries;
  for (const std::string& cluster : archive.clusters()) {
    const std::vector<EraName> eras = archive.eras(cluster);
    summaries.push_back({.cluster = cluster,
                         .newest_era = eras.empty() ? "" : to_string(eras.back()),
                         .eras = static_cast<std::uint32_t>(eras.size())});
  }
  return summaries;
}

// A page's `next` is the last key without the cluster's name: eras are in key order, and so is what
// is in them.
FilePage list_files(const Archive& archive, const ListFiles& list) {
  FilePage page;
  const std::string base = list.cluster + "/";
  const std::string after = list.after.empty() ? "" : base + list.after;
  for (const EraName& era : archive.eras(list.cluster)) {
    std::vector<std::string> prefixes{layout::history_prefix(list.cluster, era),
                                      layout::wal_prefix(list.cluster, era)};
    if (list.timeline) {
      prefixes = {layout::history_prefix(list.cluster, era) + to_hex8(*list.timeline),
                  layout::timeline_prefix(list.cluster, era, *list.timeline)};
    }
    for (const std::string& prefix : prefixes) {
      const std::size_t room = list.limit - page.files.size();
      const std::vector<Entry> entries = archive.backend().list_after(prefix, after, room);
      for (const Entry& entry : entries) {
        const auto stored = layout::parse_object_key(list.cluster, entry.key);
        if (!stored) continue;
        page.files.push_back({.era = to_string(era),
                              .name = layout::to_string(*stored),
                              .stored_size = entry.size,
                              .put = entry.modified});
      }
      if (entries.size() == room) {
        page.next = entries.back().key.substr(base.size());
        return page;
      }
    }
  }
  return page;
}

}  // namespace walstow
