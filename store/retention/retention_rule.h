// What may go from one era, and why. Pure: from what stands, a policy and the time to a plan.
//
// Consumers are a kept backup's start, a standby's position and a hold. The floor is the segment
// that holds the least of them, as a number in the log whatever its timeline: what is below it, on
// any timeline, no consumer can ask for, wherever its recovery turns. A removal cannot be undone,
// so whatever is unclear here keeps more: a backup whose file cannot be read is kept, a standby
// that has not said where it is keeps everything, a timeline of unknown descent keeps all backups.
//
// Deciding is apart from the files, which may be a million: plan once, then ask for one after the
// other.
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

// --- what stands ---

// Times later than `after` are of a clock that was ahead, and count as `as`.
struct FutureTimes {
  Time after = Time::max();
  Time as;
  Time operator()(Time time) const { return time > after ? as : time; }
};

struct TimelineFacts {
  Timeline timeline;
  // As its history file says, oldest first. nullopt: there is none, or it cannot be read.
  std::optional<std::vector<TimelineSwitch>> ancestry;
  std::optional<SegmentNumber> last;        // the highest segment that stands; nullopt: none
  Time newest;                              // when the newest of its files was put
  std::optional<SegmentNumber> first = {};  // the lowest one that stands
};

struct BackupFacts {
  std::string name;  // for messages
  Timeline timeline;
  SegmentNumber start;      // segment of its START WAL LOCATION
  std::optional<Lsn> stop;  // nullopt: its file could not be read
  Time stopped;             // the later one of when it says so and when it was put
  std::string label;
  bool gone = false;        // what it needs was pruned: it needs nothing any more
  std::string put_by = {};  // the client
  bool added = false;       // by an administrator, who is trusted
};

struct HoldFacts {
  std::string name;  // for messages
  SegmentNumber from;
  std::optional<Timeline> timeline;  // nullopt: all of them
};

struct RetentionInventory {
  explicit RetentionInventory(SegmentSize size) : segment_size(size), position_size(size) {}

  SegmentSize segment_size;
  // By which the names in positions are read. They do not say in which era of their system they
  // are: with several, the least size gives the least place.
  SegmentSize position_size;
  std::vector<TimelineFacts> timelines;
  std::vector<BackupFacts> backups;
  // What is missing, by gaps_of(): a backup in need of it is kept, and counts for no other one.
  std::vector<Gap> gaps = {};
  std::vector<PositionReport> positions;  // of the era's system identifier
  std::vector<HoldFacts> holds;           // in this era
  FutureTimes future_times = {};          // how times count that are later than its `after`
  std::set<std::string> servers = {};     // clients that may open timelines, where it was said who
};

// --- what is wanted ---

inline constexpr std::chrono::hours kLeastAge{24};

// Which backups are newer is the word of those who put them, and who may put must not decide what
// goes. So backups are counted for each client apart, and nobody's push out another one's; but for
// the servers that an administrator has named, which count as one client.
struct KeepBackups {
  // Of each live line and each client, at least. 0: none for its number, nor one before the younger
  // ones. Then the end of the era is the floor where nobody needs anything: for one that is over.
  std::uint32_t count = 1;
  std::chrono::seconds younger{};  // and all that are younger, and one before these
};

struct RetentionPolicy {
  std::optional<KeepBackups> keep;      // nullopt: every backup is kept
  std::string backup_label;             // a pattern (fnmatch); others are no backups. "": all are
  std::optional<SegmentNumber> before;  // not above this
  std::optional<std::chrono::seconds> standby_limit;  // silent for longer: does not count
  std::chrono::seconds least_age = kLeastAge;         // what was put since then stays
  // Not what is below the floor, but what is needless of this dead branch.
  std::optional<Timeline> dead_timeline;
};

// --- what follows ---

struct RetentionPlan {
  // Segments below it may go; nullopt: nothing goes.
  std::optional<SegmentNumber> floor;
  // Why the floor is there, or why nothing goes: "backup 00...08.00000028.backup (\"nightly\")
  // begins there".
  std::string reason;
  // What an administrator should know: standbys that do not count, abandoned timelines.
  std::vector<std::string> notes;
  struct KeptBackup {
    std::string name, put_by;
    bool operator==(const KeptBackup&) const = default;
  };
  std::vector<KeptBackup> kept_backups;

  // With a dead_timeline: the stretches of it that some consumer needs. Its other files may go.
  struct SegmentRange {
    SegmentNumber first, last;
  };
  std::optional<Timeline> dead_timeline;  // nullopt: not asked for, or not to be removed
  std::vector<SegmentRange> needed;

  Time put_before;  // what was put later stays
  FutureTimes future_times;
};

RetentionPlan plan_retention(const RetentionInventory& inventory, const RetentionPolicy& policy,
                             Time now);

// A segment, a piece of one, a .partial or a .backup.
struct StoredFileFacts {
  Timeline timeline;
  SegmentNumber number;
  Time put;
};

// Whether it may go under the plan. A .history never may, and is not to be asked for.
bool may_go(const RetentionPlan& plan, const StoredFileFacts& file);

// Who may still ask for something.
struct Consumer {
  std::string name;                   // "standby \"reporting\""
  std::optional<SegmentNumber> from;  // nullopt: unknown, so from the beginning
  std::optional<Timeline> timeline;   // nullopt: all
  std::optional<Time> seen = {};      // a standby's
};

}  // namespace walstow
