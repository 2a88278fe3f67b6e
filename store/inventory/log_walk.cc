#include "store/inventory/log_walk.h"

#include <vector>

#include "proto/base/error.h"
#include "proto/wal/timeline_history.h"
#include "store/object/compare_segments.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

// A record has at most a gigabyte (XLogRecordMaxSize, MaxAllocSize): 64 segments of 16 MB. If a
// record passes through more segments than that, its beginning is not searched for.
constexpr std::size_t kMostBack = 64;

PromisedObject segment_at(const EraName& era, Timeline timeline, SegmentNumber number) {
  const WalFileName file = WalFileName::segment(timeline, number, segment_size_of(era));
  return {.era = era, .file = file, .digits = {}, .name = file.text()};
}

// The timeline that has the byte before `lsn` in the log that leads to `timeline`. nullopt: its
// history is absent or invalid.
std::optional<Timeline> timeline_before(Backend& backend, std::string_view cluster,
                                        const EraName& era, Timeline timeline, Lsn lsn) {
  const auto key = layout::object_key(cluster, era, WalFileName::history(timeline));
  const auto content = read_small_object(backend, *key, kLargestHistoryFile);
  if (!content) return std::nullopt;
  const auto history = parse_timeline_history(timeline, *content).history;
  if (!history) return std::nullopt;
  for (const TimelineSwitch& step : history->ancestry) {
    if (step.left_at >= lsn) return step.parent;
  }
  return std::nullopt;
}

}  // namespace

std::string LogWalk::add(const PromisedObject& segment, const SegmentEdges& edges) {
  if (!has_come_to(segment)) begin_before(segment);
  const std::optional<Lsn> broken = records_.add(edges);
  // A break shows only after a previous segment, and last_ is that segment.
  std::string text =
      broken ? describe_joint(last_->file, segment.file, segment_size_of(segment.era), *broken)
             : "";
  last_ = segment;
  return text;
}

bool LogWalk::has_come_to(const PromisedObject& segment) const {
  if (!last_ || last_->era != segment.era) return false;
  const SegmentSize size = segment_size_of(segment.era);
  return last_->file.timeline() == segment.file.timeline() &&
         last_->file.number(size).value + 1 == segment.file.number(size).value;
}

void LogWalk::begin_before(const PromisedObject& segment) {
  records_ = {};
  last_.reset();
  std::vector<SegmentEdges> back;  // the nearest first
  PromisedObject at = segment;
  while (back.empty() || (back.size() < kMostBack && !until_.passed())) {
    const auto before = segment_before(at);
    const auto edges = before ? edges_of(*before) : std::nullopt;
    if (!edges) break;
    back.push_back(*edges);
    if (!last_) last_ = before;
    if (!edges->passes_through()) break;
    at = *before;
  }
  for (auto edges = back.rbegin(); edges != back.rend(); ++edges)
    records_.add(*edges);
}

std::optional<PromisedObject> LogWalk::segment_before(const PromisedObject& segment) const {
  const SegmentSize size = segment_size_of(segment.era);
  const SegmentNumber number = segment.file.number(size);
  if (number.value == 0) return std::nullopt;
  const SegmentNumber before{number.value - 1};
  const Timeline own = segment.file.timeline();
  const PromisedObject same = segment_at(segment.era, own, before);
  const auto key = layout::object_key(cluster_, segment.era, same.file);
  if (own == Timeline{1} || archive_.backend().open_object(*key) != nullptr) return same;
  const auto parent =
      timeline_before(archive_.backend(), cluster_, segment.era, own, start_of(number, size));
  return parent ? std::optional(segment_at(segment.era, *parent, before)) : std::nullopt;
}

// nullopt: absent, or not whole; its own verification reports the fault.
std::optional<SegmentEdges> LogWalk::edges_of(const PromisedObject& segment) {
  const auto key = layout::object_key(cluster_, segment.era, segment.file);
  const auto source = archive_.backend().open_object(*key);
  if (source == nullptr) return std::nullopt;
  bytes_read_ += source->size();
  try {
    const ObjectCheck checked = check_object(*source, segment, VerifyFiles::Depth::kContent);
    if (checked.problem || !checked.edges) return std::nullopt;
    return checked.edges;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kStorage) throw;
    return std::nullopt;
  }
}

}  // namespace walstow
