#include "store/files/timeline_watch.h"

#include <algorithm>
#include <fmt/format.h>

namespace walstow {
namespace {

std::string instance_of(const PutFile& put) {
  return put.instance ? put.instance->id : "";
}

}  // namespace

void TimelineWatch::opened(const PutFile& put, const EraName& era, const std::string& client,
                           const TimelineSwitch& origin) {
  const std::lock_guard lock(mutex_);
  Timelines& timelines = of_cluster_[put.cluster];
  std::erase_if(timelines, [&](const Opened& one) {
    return one.era == era && one.timeline == put.file.timeline();
  });
  timelines.push_back({.era = era,
                       .timeline = put.file.timeline(),
                       .parent = origin.parent,
                       .left_at = origin.left_at,
                       .client = client,
                       .instance = instance_of(put)});
  if (timelines.size() > kMostTimelines) timelines.pop_front();
}

std::optional<std::string> TimelineWatch::went_on(const PutFile& put, const EraName& era,
                                                  const std::string& client) {
  const std::lock_guard lock(mutex_);
  const auto found = of_cluster_.find(put.cluster);
  if (found == of_cluster_.end() || put.file.kind() != FileKind::kSegment) return std::nullopt;
  const auto size = SegmentSize::from_bytes(era.segment_size);
  const std::string instance = instance_of(put);
  for (Opened& one : found->second) {
    const bool behind = one.era == era && one.parent == put.file.timeline() && size &&
                        put.file.number(*size) > segment_of(one.left_at, *size);
    const bool another = one.client != client ||
                         (!one.instance.empty() && !instance.empty() && one.instance != instance);
    if (one.told || !behind || !another) continue;
    one.told = true;
    return fmt::format(
        "timeline {} of client {} branched off timeline {} at {}, and client {} continues timeline "
        "{} after that point: \"{}\"",
        one.timeline.value, one.client, one.parent.value, to_string(one.left_at), client,
        one.parent.value, put.file.text());
  }
  return std::nullopt;
}

}  // namespace walstow
