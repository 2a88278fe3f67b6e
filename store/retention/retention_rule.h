// Which files of one era may be removed, and why. Pure: turns the archive's content, a policy and
// the time into a plan.
//
// Consumers are a kept backup's start, a standby's position and a hold. The floor is the segment
// that contains the lowest of them, as a number in the log whatever its timeline. No consumer can
// request a file below it, on any timeline, whichever way its recovery takes. A removal cannot be
// undone, so every doubt keeps more files. An unreadable backup is kept, a standby without a known
// position keeps everything, and a timeline of unknown descent keeps all backups.
//
// The decision is separate from the files, of which there may be a million: plan once, then ask
// about each file.
#pragma once

#include <chrono>
#include <cstdint>
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

// Times later than `after` come from a clock that was ahead, and count as `as`.
struct FutureTimes {
  Time after = Time::max();
  Time as;
  Time operator()(Time time) const { return time > after ? as : time; }
};

struct TimelineFacts {
  Timeline timeline;
  // From its history file, oldest first. nullopt: absent or unreadable.
  std::optional<std::vector<TimelineSwitch>> ancestry;
  std::optional<SegmentNumber> last;        // the highest existing segment; nullopt: none
  Time newest;                              // when its newest file was put
  std::optional<SegmentNumber> first = {};  // the lowest existing segment
};

struct BackupFacts {
  std::string name;  // for messages
  Timeline timeline;
  SegmentNumber start;      // the segment of its START WAL LOCATION
  std::optional<Lsn> stop;  // nullopt: its file is unreadable
  Time stopped;             // the later one of the stop time in its file and the time of its put
  std::string label;
  bool gone = false;        // a segment that it needs was pruned: it needs nothing any more
  std::string put_by = {};  // the client
  bool added = false;       // by an administrator, who is trusted
};

struct HoldFacts {
  std::string name;  // for messages
  SegmentNumber from;
  std::optional<Timeline> timeline;  // nullopt: all timelines
};

struct RetentionInventory {
  explicit RetentionInventory(SegmentSize size) : segment_size(size), position_size(size) {}

  SegmentSize segment_size;
  // The size by which the names in positions are read. They do not name the era of their system:
  // with several eras, the smallest size gives the lowest position.
  SegmentSize position_size;
  std::vector<TimelineFacts> timelines;
  std::vector<BackupFacts> backups;
  // Missing segments, from gaps_of(): a backup that needs one of them is kept, and does not count
  // as one of the number to keep.
  std::vector<Gap> gaps = {};
  std::vector<PositionReport> positions;  // for the era's system identifier
  std::vector<HoldFacts> holds;           // in this era
  FutureTimes future_times = {};          // how later times than its `after` count
  std::set<std::string> servers = {};     // clients that an administrator lets open timelines
};

// --- the policy ---

inline constexpr std::chrono::hours kLeastAge{24};

// The client that puts a backup claims its age, and clients that may put must not decide what is
// removed. So backups are counted for each client apart, and none replaces another client's. The
// servers that an administrator has named count as one client.
struct KeepBackups {
  // For each live line and each client, at least this many. 0: none for their number, and none
  // before the younger ones. Then the floor is the end of the era if there is no consumer: for a
  // closed era.
  std::uint32_t count = 1;
  std::chrono::seconds younger{};  // keeps all younger ones, and the newest one before these
};

struct RetentionPolicy {
  std::optional<KeepBackups> keep;      // nullopt: every backup is kept
  std::string backup_label;             // a pattern (fnmatch) of those that count; "": all do
  std::optional<SegmentNumber> before;  // an upper bound of the floor
  std::optional<std::chrono::seconds> standby_limit;  // standbys silent for longer do not count
  std::chrono::seconds least_age = kLeastAge;         // files that were put since then stay
  // Removes the unneeded files of this dead branch instead of those below the floor.
  std::optional<Timeline> dead_timeline;
};

// --- the plan ---

struct RetentionPlan {
  // Segments below it may be removed. nullopt: none may.
  std::optional<SegmentNumber> floor;
  // Why the floor is there, or why nothing is removed: "backup 00...08.00000028.backup
  // (\"nightly\") begins there".
  std::string reason;
  // Notes for an administrator: standbys that do not count, abandoned timelines.
  std::vector<std::string> notes;
  struct KeptBackup {
    std::string name, put_by;
    bool operator==(const KeptBackup&) const = default;
  };
  std::vector<KeptBackup> kept_backups;

  // With a dead_timeline: its stretches that some consumer needs. Its other files may be removed.
  struct SegmentRange {
    SegmentNumber first, last;
  };
  std::optional<Timeline> dead_timeline;  // nullopt: not requested, or it must stay
  std::vector<SegmentRange> needed;

  Time put_before;  // files that were put later stay
  FutureTimes future_times;
};

RetentionPlan plan_retention(const RetentionInventory& inventory, const RetentionPolicy& policy,
                             Time now);

// A segment, complete or not, a .partial or a .backup.
struct StoredFileFacts {
  Timeline timeline;
  SegmentNumber number;
  Time put;
};

// Whether the plan allows its removal. A .history must always stay; do not ask about it.
bool may_go(const RetentionPlan& plan, const StoredFileFacts& file);

// A consumer of files.
struct Consumer {
  std::string name;                   // "standby \"reporting\""
  std::optional<SegmentNumber> from;  // nullopt: unknown, so from the beginning
  std::optional<Timeline> timeline;   // nullopt: all timelines
  std::optional<Time> seen = {};      // for a standby
};

}  // namespace walstow
