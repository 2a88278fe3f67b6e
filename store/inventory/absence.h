// Determines what the absence of a file from the archive means. Pure. Every part of the store uses
// these rules (a get, the list of holes, status, verify and the quarantine), so the answers never
// disagree.
//
// PostgreSQL requests one file, and takes "absent" for the end of its log: a recovery then opens
// the database with the data that it has. So the question is never whether this name is missing. It
// is whether the archive knows anything later in the history of this database. The answer considers
// the whole tree of timelines: every era of one system identifier and segment size, every timeline
// with files or a history, the points where timelines branched off, and the prunes.
//
// The rules for segment s of timeline t, in this order:
//   before           t's own history shows that t began in a later segment
//   pruned           a prune may have removed it
//   hole             a prune kept it for a backup, so it existed then; or t's log continues after
//                    s: t has a later file, or a timeline that descends from t branched off at or
//                    after the end of s
//   history-missing  a timeline whose history is missing may have branched off t after s, or t's
//                    own history is missing and s is before all files of t
//   end              none of these: nothing later is known
// The rules for the history of t:
//   before           t is 1: PostgreSQL never writes that history
//   history-missing  t has files
//   hole             a higher timeline exists
//   end              none of these
// If a history cannot be read, or two histories contradict each other, the answer is unknown unless
// the rules prove a hole.
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
    kUnreadable,  // the history is damaged, or two eras have different histories
  };
  Timeline timeline;
  History history = History::kAbsent;
  std::vector<TimelineSwitch> ancestry;  // for kRead: the ancestors, oldest first; not empty
  // The lowest and the highest segment for which a get can serve a file: a segment or a .partial.
  // nullopt: there is none. A .backup or an incomplete segment proves nothing. Neither has to be
  // the true extreme: for a question about one file of this timeline, any file below it and any
  // file above it are enough.
  std::optional<SegmentNumber> first_file, last_file;
  // Runs of complete segments, ascending, with gaps between all of them. Only gaps_of() uses these
  // runs.
  std::vector<SegmentRun> runs;
};

// Consecutive segments of one timeline that a prune keeps below its limit.
struct KeptRange {
  Timeline timeline;
  SegmentNumber first, last;
  auto operator<=>(const KeptRange&) const = default;
};

// Returns the same segments as ascending, disjoint ranges that do not touch.
std::vector<KeptRange> united(std::vector<KeptRange> ranges);

// Returns whether one of `ranges`, which have the form of united(), contains the segment.
bool is_kept(const std::vector<KeptRange>& ranges, Timeline timeline, SegmentNumber number);

// Returns whether `ranges` contain every segment of `range`.
bool is_within(const std::vector<KeptRange>& ranges, const KeptRange& range);

// Returns the segments of a range that are below `limit`. Requires that there is one.
KeptRange part_below(KeptRange range, SegmentNumber limit);

// The segments that a prune may have removed: all segments below `limit`, except those in `kept`.
struct KnownPrune {
  SegmentNumber limit;
  std::optional<Timeline> timeline;  // nullopt: the prune removed files of all timelines
  bool has_removed = false;
  std::vector<KeptRange> kept = {};  // as united() returns them
  // The highest timeline when the prune began: it has removed nothing of later ones. nullopt:
  // unknown.
  std::optional<Timeline> highest = {};

  bool covers(Timeline of, SegmentNumber number) const {
    const bool concerns = timeline ? *timeline == of : !highest || of <= *highest;
    return number < limit && concerns && !is_kept(kept, of, number);
  }
};

struct KnownLog {
  SegmentSize size;
  std::vector<KnownTimeline> timelines;  // in ascending order, each timeline once
  std::vector<KnownPrune> prunes;
};

// Returns the timeline of that number, or nullptr if it is unknown.
const KnownTimeline* find_timeline(const KnownLog& log, Timeline timeline);

// Adds the log of another era with the same system identifier and segment size to `log`.
void merge(KnownLog& log, KnownLog other);

enum class AbsenceKind { kBefore, kEnd, kHole, kHistoryMissing, kPruned, kUnknown };

struct Absence {
  AbsenceKind kind = AbsenceKind::kUnknown;
  // For messages: the timeline whose files or history decided, if that is not the file's own
  // timeline.
  std::optional<Timeline> because_of;
  // For kPruned: the index in KnownLog::prunes.
  std::size_t prune = 0;
  bool was_kept = false;  // for kHole: a prune kept the file for a backup
};

// Returns the answer for a segment or a history file that is in none of the eras. A .partial or
// .backup counts as its segment.
Absence absence_of(const KnownLog& log, const WalFileName& file);

// Consecutive missing segments of one timeline, all for the same reason.
struct Gap {
  Timeline timeline;
  SegmentRun missing;
  AbsenceKind kind = AbsenceKind::kHole;  // kHole or kHistoryMissing
  bool operator==(const Gap&) const = default;
};

// Returns every stretch of missing segments for which absence_of() returns kHole or
// kHistoryMissing. Omits stretches before the archive's log begins. They are no loss: the archive
// never had an earlier file of that log, and nothing was pruned. The gaps are in ascending order,
// and no gap touches another one of its kind.
std::vector<Gap> gaps_of(const KnownLog& log);

// Returns the timelines that have files but no readable history, ascending. Omits timeline 1, which
// has no history. Also omits the timeline with which the archive begins if no history names it as
// an ancestor.
std::vector<Timeline> timelines_without_history(const KnownLog& log);

// Returns whether the log continues after a segment: on its timeline, or on a timeline that left
// that one later.
bool log_goes_on_after(const KnownLog& log, Timeline timeline, SegmentNumber segment);

// Returns the newest segment of the log that continues from `reached` on `timeline`: on that
// timeline, or on a timeline that branched off in that segment or later. Returns nullopt if there
// is none.
std::optional<SegmentNumber> newest_of_line(const KnownLog& log, Timeline timeline,
                                            SegmentNumber reached);

}  // namespace walstow
