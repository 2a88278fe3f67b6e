// Decides which files of a dead branch may be removed. A dead branch is a timeline that no server
// continues. Part of the retention rule (store/retention/retention_rule.h). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/retention/retention_rule.h"
#include "store/retention/timeline_lines.h"

namespace walstow {

class DeadBranch {
 public:
  // `lines` and `policy` must outlive this object.
  DeadBranch(const TimelineLines& lines, const RetentionPolicy& policy, SegmentSize size,
             Timeline dead)
      : lines_(lines), policy_(policy), size_(size), dead_(dead) {}

  // Returns why no file of the timeline may be removed. Returns "" if some may be removed.
  std::string why_not(const std::vector<Consumer>& consumers) const;

  // Returns the segments of the dead timeline that a consumer on another timeline, or on this one,
  // may request from its first segment on. Call it only if why_not() returns "" for the consumer.
  std::optional<RetentionPlan::SegmentRange> needed_by(const Consumer& consumer) const;

 private:
  SegmentNumber segment(Lsn lsn) const { return segment_of(lsn, size_); }

  const TimelineLines& lines_;
  const RetentionPolicy& policy_;
  SegmentSize size_;
  Timeline dead_;
};

}  // namespace walstow
