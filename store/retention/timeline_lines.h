// The lines of an era: each is a timeline with its ancestors. Part of the retention rule
// (store/retention/retention_rule.cc explains their purpose). Pure.
#pragma once

#include <map>
#include <vector>

#include "proto/base/utc_time.h"
#include "store/retention/retention_rule.h"

namespace walstow {

class TimelineLines {
 public:
  // Both outlive this object.
  TimelineLines(const RetentionInventory& inventory, const RetentionPolicy& policy, Time now);

  const TimelineFacts* find(Timeline timeline) const;  // nullptr: unknown
  using Ancestry = std::vector<TimelineSwitch>;
  // nullptr: unknown. The lowest timeline of the archive has no ancestor that matters here.
  const Ancestry* ancestry_of(Timeline timeline) const;
  bool descent_is_known() const;
  bool is_end(const TimelineFacts& facts) const;
  // `facts` is from the inventory.
  bool is_live(const TimelineFacts& facts) const;
  // `backup` is readable.
  bool is_on_line(const BackupFacts& backup, Timeline line) const;

 private:
  Time counted(Time time) const { return inventory_.future_times(time); }
  SegmentNumber segment(Lsn lsn) const { return segment_of(lsn, inventory_.segment_size); }

  const RetentionInventory& inventory_;
  const RetentionPolicy& policy_;
  Time now_;
  std::map<Timeline, const TimelineFacts*> timelines_;
  std::map<Timeline, SegmentNumber> last_forks_;  // where the last descendant left the timeline
};

}  // namespace walstow
