// The log that a backup needs to become consistent: from its start to its stop. Part of the
// retention rule (store/retention/retention_rule.h). Pure.
//
// A backup of a standby may end on another timeline than it began: the standby was promoted, or
// followed a promotion, before the backup ended. The last segment of the old timeline may then
// exist only as the first one of the new timeline. So the log of a backup may continue on every
// timeline that branched off after the backup's start.
#pragma once

#include <optional>
#include <vector>

#include "store/retention/retention_rule.h"
#include "store/retention/timeline_lines.h"

namespace walstow {

// The segment with the last byte that a backup needs: the byte before its stop. Requires `stop`.
SegmentNumber last_needed(const BackupFacts& backup, SegmentSize size);

class BackupLog {
 public:
  // Both must outlive this object.
  BackupLog(const RetentionInventory& inventory, const TimelineLines& lines)
      : inventory_(inventory), lines_(lines) {}

  // These functions require that the backup is readable (`stop`).

  // Returns the first of the segments that the backup needs and the archive lacks.
  std::optional<SegmentNumber> first_missing(const BackupFacts& backup) const;

  // Returns the segments that the backup may need, first those of its own timeline. Never includes
  // segments after the end of a timeline: a kept segment that is absent counts as a hole.
  std::vector<KeptRange> needed(const BackupFacts& backup) const;

 private:
  SegmentNumber segment(Lsn lsn) const { return segment_of(lsn, inventory_.segment_size); }
  std::optional<SegmentNumber> first_missing(const TimelineFacts& facts, SegmentNumber from,
                                             SegmentNumber last) const;
  std::vector<const TimelineFacts*> continuations(const BackupFacts& backup) const;
  std::optional<SegmentNumber> end_of(const TimelineFacts& facts, SegmentNumber last) const;
  SegmentNumber begin_of(const TimelineFacts& facts) const;

  const RetentionInventory& inventory_;
  const TimelineLines& lines_;
};

}  // namespace walstow
