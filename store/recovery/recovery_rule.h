// Decides which moments a recovery from the archive can reach, and how. Pure.
//
// PostgreSQL replays the WAL of a path (recovery_path.h), and stops at the target:
//   a time           before the first COMMIT or ABORT record with a later time
//   an LSN           before the first record that begins at the LSN or later, if
//                    recovery_target_inclusive is off. If it is on, PostgreSQL replays that record,
//                    too, which may be a COMMIT
//   a restore point  after the first record that creates a restore point of that name
// A record stops a recovery only if it is complete: a server may abandon a record that continues in
// the next segment, and PostgreSQL then ignores it (log_chain.h). If the stop comes before the
// backup is consistent, PostgreSQL ends with "requested recovery stop point is before consistent
// recovery point". If the WAL ends first, 13 and newer end with "recovery ended before configured
// recovery target was reached". Source: PostgreSQL src/backend/access/transam/xlogrecovery.c
// (recoveryStopsBefore, recoveryStopsAfter, PerformWalRecovery).
//
// With recovery_target = 'immediate', PostgreSQL stops as soon as the backup is consistent, before
// it asks for another segment. If a prune has kept only the WAL that a backup itself needs, this is
// the only target that PostgreSQL reaches. The result is the state of every moment from the last
// transaction in that WAL to the backup's end.
//
// So a time can be reached if a transaction with a later time ended after the backup's last
// segment, and no such transaction ended in or before the segments that the backup itself needs.
// Clocks are set, so the times in a log are not monotonic; only the latest time of a segment
// decides. The index of time knows the times of a segment, but not their positions in it.
// PostgreSQL also reaches a time that lies between the end of a backup and the end of the backup's
// last segment. This code does not promise that. Segments in which a server's backup ends have no
// such times, because pg_backup_stop() switches to the next segment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proto/wal/segment_times.h"
#include "store/recovery/log_times.h"
#include "store/recovery/recovery_path.h"

namespace walstow {

// What is known about one log: all eras of one system identifier and segment size.
struct RecoverySources {
  KnownLog log;  // contains the runs of each timeline, and the prunes
  LogTimes times;
  std::vector<BaseBackup> backups;
  std::vector<Barrier> barriers;  // sorted
};

struct RecoveryWindow {
  std::size_t backup = 0;  // index in RecoverySources::backups
  RecoveryPath path;
  // Every time from `from` to `to` can be reached, both included. `from` is the latest time in the
  // segments that the backup needs, and before them: a recovery to an earlier time would contain a
  // later transaction. If one of these times is not known, `from` is not before the backup's end.
  // `from` is nullopt if the backup cannot become consistent. `to` is nullopt if the backup can
  // only be recovered to the end of the path.
  std::optional<TimeMicro> from, to;
  // The time of the last transaction that a recovery without a target replays. nullopt: unknown.
  std::optional<TimeMicro> latest;
  std::optional<Lsn> end;  // where the last segment of the path ends

  // Only recovery_target = 'immediate' reaches anything: the WAL after the backup was pruned.
  bool is_immediate() const { return from && !to && path.end == RecoveryPath::End::kPruned; }
  bool operator==(const RecoveryWindow&) const = default;
};

// Returns one window for each backup and for each timeline whose history contains the backup.
std::vector<RecoveryWindow> recovery_windows(const RecoverySources& sources);

using RecoveryTarget = std::variant<TimeMicro, Lsn, RestorePoint>;

// A recovery that reaches the target.
struct RecoveryWay {
  std::size_t backup = 0;  // index in RecoverySources::backups
  Timeline target;         // recovery_target_timeline
  Timeline stop_timeline;  // of the segment in which the recovery stops
  SegmentNumber stop_segment;
  std::uint64_t replayed = 0;  // bytes of WAL, at most
  // For a target time: the latest known time, up to the target, of a record that the recovery
  // replays. The timeline on which it is latest was in use at the target time.
  std::optional<TimeMicro> last_known;
  // The path ends where WAL is missing or unreadable. From release 15 onward, PostgreSQL reads
  // ahead of the records that it replays (recovery_prefetch), and may ask for that WAL before it
  // stops.
  bool is_before_gap = false;
  bool is_immediate = false;  // recovery_target = 'immediate' reaches the target
  bool operator==(const RecoveryWay&) const = default;
};

// Why a recovery from one backup along one timeline does not reach the target.
struct RecoveryRefusal {
  enum class Why {
    kTooEarly,      // the backup becomes consistent after the target
    kTooLate,       // the path ends before the target
    kInconsistent,  // the path ends before the backup is consistent
    kOtherPoint,    // an earlier restore point of that name would stop the recovery
    // An earlier segment has restore points that the index does not list. One of them may have that
    // name, and would stop the recovery.
    kHiddenPoint,
  };
  Why why = Why::kTooEarly;
  RecoveryWindow window;
};

struct RecoveryAnswer {
  // The best way comes first. Each way ends in a different segment, and begins with the newest
  // possible backup, so that the recovery replays the least WAL.
  std::vector<RecoveryWay> ways;
  std::vector<RecoveryRefusal> refusals;  // in the order of recovery_windows()
};

// `only`: the single timeline to consider. nullopt: all timelines.
RecoveryAnswer reach_target(const RecoverySources& sources, const RecoveryTarget& target,
                            std::optional<Timeline> only);

// Returns the refusal that explains best why there is no way. nullptr: there are no refusals. Call
// it only if there are no ways.
const RecoveryRefusal* main_refusal(const RecoverySources& sources, const RecoveryAnswer& answer);

// Returns the restore points of that name, in the order of the log, each once.
std::vector<RestorePoint> restore_points_named(const LogTimes& times, std::string_view name);

}  // namespace walstow
