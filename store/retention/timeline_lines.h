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
  // `inventory` and `policy` must outlive this object.
  TimelineLines(const RetentionInventory& inventory, const RetentionPolicy& policy, Time now);

  const TimelineFacts* find(Timeline timeline) const;  // nullptr: unknown
  using Ancestry = std::vector<TimelineSwitch>;
  // Returns nullptr if the ancestry is unknown. For the lowest timeline in the archive, the
  // ancestry is empty: no ancestor matters here.
  const Ancestry* ancestry_of(Timeline timeline) const;
  bool descent_is_known() const;
  bool is_end(const TimelineFacts& facts) const;
  // `facts` is an element of the inventory.
  bool is_live(const TimelineFacts& facts) const;
  // Requires that `backup` is readable.
  bool is_on_line(const BackupFacts& backup, Timeline line) const;

 private:
  Time counted(Time time) const { return inventory_.future_times(time); }
  SegmentNumber segment(Lsn lsn) const { return segment_of(lsn, inventory_.segment_size); }

  const RetentionInventory& inventory_;
  const RetentionPolicy& policy_;
  Time now_;
  std::map<Timeline, const TimelineFacts*> timelines_;
  std::map<Timeline, SegmentNumber> last_forks_;  // where the last one branched off
};

}  // namespace walstow
