// Determines to which moments the archive can recover at present, for a status. Pure.
//
// recovery_rule.h answers the same question completely, and needs the times of all segments. A
// status is asked for often, so it reads only the segments at the two ends, and may promise less.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "proto/wal/segment_times.h"
#include "proto/wire/report.h"
#include "store/recovery/recovery_path.h"

namespace walstow {

struct Recoverable {
  BaseBackup backup;
  RecoveryPath path;  // consistent
};

// Returns the recovery along `target` whose path ends last. If several backups lead there, returns
// the oldest one: every later backup only starts later. Returns nullopt if no backup can become
// consistent. `barriers` are sorted.
std::optional<Recoverable> furthest_recovery(const KnownLog& log,
                                             const std::vector<Barrier>& barriers,
                                             const std::vector<BaseBackup>& backups,
                                             Timeline target);

// Returns the times of an archived segment. Returns nullopt if the index does not contain them.
using TimesOf = std::function<std::optional<SegmentTimes>(Timeline, SegmentNumber)>;

// The number of segments that recoverable_times() reads at most: kMostEndSegments of those that the
// backup needs, as many at the end, and kMostBefore before the backup.
inline constexpr std::uint64_t kMostEndSegments = 16;
inline constexpr std::uint64_t kMostBefore = 2;

// A recovery can reach every time from `from` to `to`, inclusive, and possibly others: see
// RecoveryWindow. Assumes that the earlier segments, which are not read, contain no later time than
// these, as they would if a clock was set back. `to` is nullopt if the last segments contain no
// transaction with a later time than `from`, or if their times are not known.
struct RecoverableTimes {
  TimeMicro from;
  std::optional<TimeMicro> to;
};
RecoverableTimes recoverable_times(const Recoverable& recoverable, const KnownLog& log,
                                   const TimesOf& times_of);

RecoverableReport to_report(const Recoverable& recoverable, const RecoverableTimes& times,
                            SegmentSize size);

}  // namespace walstow
