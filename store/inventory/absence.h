// What it means that a file is not in the archive. Pure, and the only place that decides it: a get,
// the list of holes, status, verify and the quarantine ask here, so they never disagree.
//
// PostgreSQL asks for one file, and takes "absent" for the end of its log: a recovery then opens
// the database with what it has. So the question is never whether this name is missing; it is
// whether anything later in the history of this database is known. The answer looks at the whole
// tree of timelines: every era of one system identifier and segment size, every timeline with files
// or a history, where the timelines branched off, and what was pruned.
//
// The rules, for segment s of timeline t, in this order:
//   before           t's own history says that t began in a later segment
//   pruned           a prune may have removed it
//   hole             t's log went on behind s: a later file of t is there, or a timeline that
//                    descends from t left it at or behind the end of s
//   history-missing  a timeline of which the history is missing may have left t behind s, or t's
//                    own history is missing and s lies before all files of t
//   end              none of these: nothing later is known
// and for the history of t:
//   before           t is 1: PostgreSQL never writes that history
//   history-missing  files of t are there
//   hole             a higher timeline is there
//   end              none of these
// Where a history cannot be read, or two contradict one another, the answer is unknown unless a
// hole is certain.
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

// Segments one after the other.
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
  std::vector<TimelineSwitch> ancestry;  // of kRead: oldest first, not empty
  // The lowest and the highest segment of which a get can serve a file: a segment or a .partial.
  // A .backup or an incomplete one shows nothing. nullopt: there is none. For a question about one
  // file of this timeline some file below it and some file above it will do.
  std::optional<SegmentNumber> first_file, last_file;
  // Complete segments, ascending, none touches the next. Only gaps_of() looks at them.
  std::vector<SegmentRun> runs;
};

// What a prune may have removed: segments below `limit`.
struct KnownPrune {
  SegmentNumber limit;
  std::optional<Timeline> timeline;  // nullopt: on all
  bool has_removed = false;
};

struct KnownLog {
  SegmentSize size;
  std::vector<KnownTimeline> timelines;  // ascending by timeline, each once
  std::vector<KnownPrune> prunes;
};

// The timeline of that number; nullptr: nothing is known of it.
const KnownTimeline* find_timeline(const KnownLog& log, Timeline timeline);

// What another era of the same system identifier and segment size has, added to `log`.
void merge(KnownLog& log, KnownLog other);

enum class AbsenceKind { kBefore, kEnd, kHole, kHistoryMissing, kPruned, kUnknown };

struct Absence {
  AbsenceKind kind = AbsenceKind::kUnknown;
  // Which timeline's files or history decided, where it is another one than the file's; for people.
  std::optional<Timeline> because_of;
  // Of kPruned: the index in KnownLog::prunes.
  std::size_t prune = 0;
};

// Of a segment or a history file that is in none of the eras. A .partial or .backup counts as its
// segment.
Absence absence_of(const KnownLog& log, const WalFileName& file);

// Segments of one timeline that are missing, all for one reason.
struct Gap {
  Timeline timeline;
  SegmentRun missing;
  AbsenceKind kind = AbsenceKind::kHole;  // kHole or kHistoryMissing
  bool operator==(const Gap&) const = default;
};

// Every stretch of segments that is missing and of which absence_of() says kHole or
// kHistoryMissing; but not where the archive's log begins later, which is no loss: nothing on the
// way to it is there, and nothing was pruned. In ascending order; no gap touches one of its kind.
std::vector<Gap> gaps_of(const KnownLog& log);

// Timelines with files and without a readable history, ascending. Not timeline 1, which has none,
// and not the timeline with which the archive begins: no history leads to it.
std::vector<Timeline> timelines_without_history(const KnownLog& log);

// The newest segment of the line that leads on from `reached` on `timeline`: there, or on a
// timeline that has branched off in that segment or later. nullopt: there is none.
std::optional<SegmentNumber> newest_of_line(const KnownLog& log, Timeline timeline,
                                            SegmentNumber reached);

}  // namespace walstow
