// Decides which files of one era may be removed, and why. Pure: turns the archive's content, a
// policy and the time into a plan.
//
// Consumers are a kept backup's start, a standby's position and a hold. The floor is the segment
// that contains the lowest of these, as a number in the log, whatever its timeline. No consumer can
// request a file below the floor, on any timeline, whichever timelines its recovery follows. A
// removal cannot be undone, so files are kept in case of doubt. An unreadable backup is kept, a
// standby without a known position keeps everything, and a timeline of unknown descent keeps all
// backups.
//
// A policy may also keep the newest backup of each month and year. Such a backup does not lower the
// floor: it keeps only the range of segments from its start to its stop, so that a recovery from it
// can become consistent, and then ends. The WAL between such a range and the floor is removed.
//
// The plan is separate from the files, because there may be a million of them: make one plan, and
// then ask it about each file.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/wal/file_name.h"
#include "proto/wal/timeline_history.h"
#include "proto/wire/report.h"
#include "store/inventory/absence.h"

namespace walstow {

// --- the archive's content ---

// Times later than `after` come from a clock that was ahead, and count as the time `as`.
struct FutureTimes {
  Time after = Time::max();
  Time as;
  Time operator()(Time time) const { return time > after ? as : time; }
};

struct TimelineFacts {
  Timeline timeline;
  // The timeline's ancestors from its history file, oldest first. nullopt: the file is absent or
  // unreadable.
  std::optional<std::vector<TimelineSwitch>> ancestry;
  // The highest existing segment; nullopt if there is none.
  std::optional<SegmentNumber> last;
  Time newest;                                  // when the timeline's newest file was put
  std::optional<SegmentNumber> first = {};      // the lowest existing segment
  std::optional<SegmentNumber> last_file = {};  // like `last`, but also counts .partial files
};

struct BackupFacts {
  std::string name;  // for messages
  Timeline timeline;
  SegmentNumber start;      // the segment of the backup's START WAL LOCATION
  std::optional<Lsn> stop;  // nullopt: the backup's file is unreadable
  // The stop time in the backup's file, or the time when the file was put, whichever is later.
  Time stopped;
  std::string label;
  // A segment that the backup needs was pruned, so the backup needs nothing any more.
  bool gone = false;
  std::string put_by = {};  // the client
  bool added = false;       // added by an administrator, who is trusted
};

struct HoldFacts {
  std::string name;  // for messages
  SegmentNumber from;
  std::optional<Timeline> timeline;  // nullopt: all timelines
};

struct RetentionInventory {
  explicit RetentionInventory(SegmentSize size) : segment_size(size), position_size(size) {}

  SegmentSize segment_size;
  // The segment size with which names in positions are read. A position names its system, but not
  // its era. If the system has several eras, the smallest size gives the lowest position.
  SegmentSize position_size;
  std::vector<TimelineFacts> timelines;
  std::vector<BackupFacts> backups;
  // The missing segments, from gaps_of(). A backup that needs one of them is kept, but does not
  // count towards the number to keep.
  std::vector<Gap> gaps = {};
  std::vector<KeptRange> kept_before = {};  // what earlier prunes kept, so it existed then
  std::vector<PositionReport> positions;    // positions for the era's system identifier
  std::vector<HoldFacts> holds;             // in this era
  FutureTimes future_times = {};            // how to count times that are in the future
  std::set<std::string> servers = {};       // clients that an administrator lets open timelines
};

// --- the policy ---

inline constexpr std::chrono::hours kLeastAge{24};

// The age of a backup is only what its client states. A client must not be able to decide in this
// way which files are removed. So backups are counted separately for each client, and no backup
// replaces a backup of another client. The servers that an administrator has named count as one
// client.
struct KeepBackups {
  // At least this many backups are kept for each live line and each client. With 0, this number
  // keeps no backup, and the newest backup before the younger ones is not kept either. If no
  // consumer is left, the floor is the end of the era. Use 0 only for an era that is no longer in
  // use.
  std::uint32_t count = 1;
  // All backups younger than this are kept, and the newest one before those.
  std::chrono::seconds younger{};
  // The newest whole backup of each month is kept, for the newest `monthly` months (in UTC) that
  // have one; the same for years. If nothing else keeps a backup, it has a range (RetentionPlan).
  std::uint32_t monthly = 0, yearly = 0;
};

struct RetentionPolicy {
  std::optional<KeepBackups> keep;  // nullopt: every backup is kept
  // A pattern (fnmatch) of the labels that count; "": every backup counts.
  std::string backup_label;
  std::optional<SegmentNumber> before;  // an upper bound of the floor
  // Standbys that have been silent for longer do not count.
  std::optional<std::chrono::seconds> standby_limit;
  // Files that were put within this time are kept.
  std::chrono::seconds least_age = kLeastAge;
  // Removes the unneeded files of this dead branch instead of the files below the floor.
  std::optional<Timeline> dead_timeline;
};

// --- the plan ---

struct RetentionPlan {
  // Segments below the floor may be removed. nullopt: no segments may be removed.
  std::optional<SegmentNumber> floor;
  // Why the floor is where it is, or why nothing is removed: "backup 00...08.00000028.backup
  // (\"nightly\") begins there".
  std::string reason;
  // Notes for an administrator: about standbys that do not count, and about abandoned timelines.
  std::vector<std::string> notes;
  struct KeptBackup {
    std::string name, put_by;
    bool operator==(const KeptBackup&) const = default;
  };
  std::vector<KeptBackup> kept_backups;

  // A backup that is kept only because it is the newest one of a month or a year.
  struct PeriodBackup {
    std::string name, put_by;
    std::string month, year;  // "2026-10" and "2026"; "": not the newest one of its month or year
    std::vector<KeptRange> ranges;  // what the backup may need to become consistent; not empty
  };
  std::vector<PeriodBackup> period_backups;
  // Segments that stay although they are below the floor, or on the dead timeline: the ranges of
  // these backups, as united() returns them.
  std::vector<KeptRange> kept_ranges;

  // If dead_timeline is set: the stretches of that timeline that some consumer needs. Its other
  // files may be removed.
  struct SegmentRange {
    SegmentNumber first, last;
  };
  std::optional<Timeline> dead_timeline;  // nullopt: not requested, or the branch must stay
  std::vector<SegmentRange> needed;

  // Files of higher timelines are kept: the prune ignores a timeline that begins while it runs.
  Timeline highest{std::numeric_limits<std::uint32_t>::max()};

  Time put_before;  // files that were put later are kept
  FutureTimes future_times;
};

// More ranges do not fit into the record of a prune. A plan with more of them removes nothing.
inline constexpr std::size_t kMostKeptRanges = 400;

RetentionPlan plan_retention(const RetentionInventory& inventory, const RetentionPolicy& policy,
                             Time now);

// Lowers the floor of a plan to `floor`, if it is higher.
void lower_floor(RetentionPlan& plan, SegmentNumber floor);

// A stored file: a segment, complete or not, a .partial or a .backup.
struct StoredFileFacts {
  Timeline timeline;
  SegmentNumber number;
  Time put;
};

// Returns whether the plan allows the removal of a file. A .history must always stay; do not ask
// about it.
bool may_go(const RetentionPlan& plan, const StoredFileFacts& file);

// A consumer of files.
struct Consumer {
  std::string name;  // "standby \"reporting\""
  // The first segment that the consumer needs. nullopt: unknown, so it needs everything from the
  // beginning.
  std::optional<SegmentNumber> from;
  std::optional<Timeline> timeline;  // nullopt: all timelines
  std::optional<Time> seen = {};     // when the standby was last seen
};

}  // namespace walstow
