// What the absence of a file from the archive means. Pure. Nothing else decides it: a get, the list
// of holes, status, verify and the quarantine all ask here, so they never disagree.
//
// PostgreSQL requests one file, and takes "absent" for the end of its log: a recovery then opens
// the database with what it has. So the question is never whether this name is missing. It is
// whether the archive knows anything later in the history of this database. The answer considers
// the whole tree of timelines: every era of one system identifier and segment size, every timeline
// with files or a history, the points where timelines branched off, and the prunes.
//
// The rules for segment s of timeline t, in this order:
//   before           t's own history shows that t began in a later segment
//   pruned           a prune may have removed it
//   hole             t's log continues after s: t has a later file, or a timeline that descends
//                    from t left it at or after the end of s
//   history-missing  a timeline whose history is missing may have left t after s, or t's own
//                    history is missing and s lies before all files of t
//   end              none of these: nothing later is known
// The rules for the history of t:
//   before           t is 1: PostgreSQL never writes that history
//   history-missing  t has files
//   hole             a higher timeline exists
//   end              none of these
// If a history cannot be read, or two contradict one another, the answer is unknown unless a hole
// is certain.
//
// Source: PostgreSQL src/backend/access/transam/xlogrecovery.c (XLogFileReadAnyTLI: the order of
// timelines; rescanLatestTimeLine), timeline.c (findNewestTimeLine, readTimeLineHistory,
// writeTimeLineHistory).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/wal/file_name.h"
#include "proto/wal/lsn.h"
#include "proto/wal/timeline_history.h"

namespace walstow {

// Consecutive segments.
struct SegmentRun {
  std::uint64_t first = 0;  // SegmentNumber
  std::uint64_t count = 0;
  std::uint64_t last() const { return first + count - 1; }
  bool operator==(const SegmentRun&) const = default;
};

struct KnownTimeline {
  enum class History {
    kAbsent,
    kRead,
    kUnreadable,  // damaged, or eras have different ones
  };
  Timeline timeline;
  History history = History::kAbsent;
  std::vector<TimelineSwitch> ancestry;  // for kRead: oldest first, not empty
  // The lowest and the highest segment of which a get can serve a file: a segment or a .partial. A
  // .backup or an incomplete segment proves nothing. nullopt: none. For a question about one file
  // of this timeline, any file below it and any file above it are enough.
  std::optional<SegmentNumber> first_file, last_file;
  // Complete segments, ascending, with gaps between all runs. Only gaps_of() uses them.
  std::vector<SegmentRun> runs;
};

// Segments that a prune may have removed: those below `limit`.
struct KnownPrune {
  SegmentNumber limit;
  std::optional<Timeline> timeline;  // nullopt: on all timelines
  bool has_removed = false;
};

struct KnownLog {
  SegmentSize size;
  std::vector<KnownTimeline> timelines;  // ascending by timeline, each once
  std::vector<KnownPrune> prunes;
};

// The timeline of that number. nullptr: unknown.
const KnownTimeline* find_timeline(const KnownLog& log, Timeline timeline);

// Adds the log of another era with the same system identifier and segment size to `log`.
void merge(KnownLog& log, KnownLog other);

enum class AbsenceKind { kBefore, kEnd, kHole, kHistoryMissing, kPruned, kUnknown };

struct Absence {
  AbsenceKind kind = AbsenceKind::kUnknown;
  // The timeline whose files or history decided, if it is not the file's own; for people.
  std::optional<Timeline> because_of;
  // For kPruned: the index in KnownLog::prunes.
  std::size_t prune = 0;
};

// The answer for a segment or a history file that is in none of the eras. A .partial or .backup
// counts as its segment.
Absence absence_of(const KnownLog& log, const WalFileName& file);

// Missing segments of one timeline, all for one reason.
struct Gap {
  Timeline timeline;
  SegmentRun missing;
  AbsenceKind kind = AbsenceKind::kHole;  // kHole or kHistoryMissing
  bool operator==(const Gap&) const = default;
};

// Every stretch of missing segments for which absence_of() returns kHole or kHistoryMissing. It
// omits those before the archive's log begins, since they are no loss: no earlier file of their
// line exists, and nothing was pruned. In ascending order; no gap touches another of its kind.
std::vector<Gap> gaps_of(const KnownLog& log);

// Timelines with files and without a readable history, ascending. Without timeline 1, which has
// none, and without the timeline with which the archive begins: no history leads to it.
std::vector<Timeline> timelines_without_history(const KnownLog& log);

// The newest segment of the line that continues from `reached` on `timeline`: on that timeline, or
// on one that has branched off in that segment or later. nullopt: none.
std::optional<SegmentNumber> newest_of_line(const KnownLog& log, Timeline timeline,
                                            SegmentNumber reached);

}  // namespace walstow
