// Determines which archived WAL a recovery replays from one base backup along one timeline. Pure.
//
// Source: PostgreSQL src/backend/access/transam/xlogrecovery.c (InitWalRecovery: the backup must be
// on the history of the target timeline; XLogFileReadAnyTLI: a segment is taken from the newest
// timeline of that history that had begun by then), timeline.c (readTimeLineHistory).
//
// A recovery from a backup starts with the segment of the backup's start. Its timeline's history
// then gives one timeline for each later segment. The path ends at the first segment that the
// archive lacks, or in which a log breaks off. If a timeline lacks the segment in which it began,
// PostgreSQL would read that segment of the parent. This code ends the path there: the parent's
// segment has nothing of the target timeline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/wal/lsn.h"
#include "proto/wire/report.h"
#include "store/inventory/absence.h"

namespace walstow {

// A base backup from which a recovery can start.
struct BaseBackup {
  std::string name, label;
  Timeline timeline;
  Lsn start;  // where the replay starts
  Lsn stop;   // where the backup is consistent
  std::optional<Time> started;
  Time stopped;
  bool operator==(const BaseBackup&) const = default;
};

// A segment in which a path ends although the archive has it.
struct Barrier {
  enum class Kind {
    kBroken,      // a recovery would end in it, although the log continues (BreakReport)
    kUnread,      // its records are not known: the object or its release cannot be read
    kUnfinished,  // its log ends inside it; the path includes the segment
  };
  Timeline timeline;
  SegmentNumber number;
  Kind kind = Kind::kBroken;
  auto operator<=>(const Barrier&) const = default;
};

// Returns nullopt if the report does not name a backup's start and stop, as for a .backup file that
// cannot be read.
std::optional<BaseBackup> base_backup_of(const BackupReport& report);
// Returns nullopt if the report does not name a segment of that size.
std::optional<Barrier> barrier_of(const BreakReport& report, SegmentSize size);

struct RecoveryPath {
  // Consecutive segments of one timeline.
  struct Stretch {
    Timeline timeline;
    SegmentRun run;
    bool operator==(const Stretch&) const = default;
  };
  enum class End {
    kNewest,          // the archive has nothing later
    kHole,            // `missing` is missing, and the log continues after it
    kPruned,          // a prune has removed `missing`
    kBroken,          // the log breaks off in `missing`
    kUnread,          // the records of `missing` are not known
    kUnfinished,      // the log ends inside `missing`, and continues after it
    kHistoryMissing,  // the target timeline's history is absent or unreadable
    kNotOnLine,       // the target timeline had left the backup's timeline before the backup ended
  };
  Timeline target;
  std::vector<Stretch> stretches;  // without a gap; the first one begins with the backup's start
  End end = End::kNewest;
  // kNewest: the next segment, which does not exist yet, or an unfinished one.
  Stretch missing{};
  bool consistent = false;  // the path has all segments up to the backup's stop

  bool operator==(const RecoveryPath&) const = default;
};

// Returns the last segment that the backup itself needs.
SegmentNumber last_needed(const BaseBackup& backup, SegmentSize size);

// `log` contains the runs of each timeline, and the prunes. `barriers` are sorted.
RecoveryPath path_of(const KnownLog& log, const std::vector<Barrier>& barriers,
                     const BaseBackup& backup, Timeline target);

// Returns the timeline from which a recovery along `target` takes a segment. Returns nullopt if the
// archive lacks that segment, or does not know the target.
std::optional<Timeline> timeline_at(const KnownLog& log, Timeline target, SegmentNumber number);

}  // namespace walstow
