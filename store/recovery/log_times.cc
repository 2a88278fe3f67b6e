#include "store/recovery/log_times.h"

#include <algorithm>
#include <utility>

namespace walstow {

SegmentFacts facts_of(SegmentNumber number, const SegmentTimes& times) {
  return {.number = number,
          .known = times.known,
          .earliest = times.earliest,
          .latest = times.latest,
          .open_time = times.open_time,
          .open_head = times.open_head,
          .rest_head = times.rest_head,
          .rest_end = times.rest_end,
          .first_record = times.first_record,
          .last_record = times.last_record,
          .last_complete = times.last_complete,
          .more_restore_points = times.more_restore_points,
          .is_unfinished = times.unfinished_at.has_value()};
}

void LogTimes::add(Timeline timeline, SegmentNumber number, SegmentTimes times) {
  std::vector<SegmentFacts>& segments = segments_[timeline];
  const auto place = std::ranges::lower_bound(segments, number, {}, &SegmentFacts::number);
  const SegmentFacts facts = facts_of(number, times);
  if (place != segments.end() && place->number == number) {
    *place = facts;
  } else {
    segments.insert(place, facts);
  }
  for (RestorePoint& point : times.restore_points)
    points_.push_back({.timeline = timeline, .number = number, .point = std::move(point)});
}

const SegmentFacts* LogTimes::find(Timeline timeline, SegmentNumber number) const {
  const auto segments = segments_.find(timeline);
  if (segments == segments_.end()) return nullptr;
  const auto found = std::ranges::lower_bound(segments->second, number, {}, &SegmentFacts::number);
  return found != segments->second.end() && found->number == number ? &*found : nullptr;
}

std::vector<Barrier> LogTimes::barriers() const {
  std::vector<Barrier> barriers;
  for (const auto& [timeline, segments] : segments_) {
    for (const SegmentFacts& facts : segments) {
      if (facts.known && !facts.is_unfinished) continue;
      barriers.push_back(
          {.timeline = timeline,
           .number = facts.number,
           .kind = facts.known ? Barrier::Kind::kUnfinished : Barrier::Kind::kUnread});
    }
  }
  return barriers;
}

bool LogTimes::has_hidden_points() const {
  return std::ranges::any_of(segments_, [](const auto& timeline) {
    return std::ranges::any_of(timeline.second, &SegmentFacts::more_restore_points);
  });
}

std::vector<Timeline> LogTimes::timelines() const {
  std::vector<Timeline> all;
  for (const auto& [timeline, segments] : segments_)
    all.push_back(timeline);
  return all;
}

std::vector<SegmentRun> LogTimes::runs(Timeline timeline) const {
  std::vector<SegmentRun> runs;
  const auto segments = segments_.find(timeline);
  if (segments == segments_.end()) return runs;
  for (const SegmentFacts& facts : segments->second) {
    if (!runs.empty() && runs.back().last() + 1 == facts.number.value) {
      ++runs.back().count;
    } else {
      runs.push_back({.first = facts.number.value, .count = 1});
    }
  }
  return runs;
}

}  // namespace walstow
