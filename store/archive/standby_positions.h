// The positions of standbys: how far each of them has progressed. There is one record for each
// client and instance, updated from the fields of its requests. Retention relies on these records.
//
// Only segments that were delivered to PostgreSQL count. store/archive/position_tracks.h explains
// what a report changes, and how the store distinguishes two data directories with one id. An
// instance that archives as a primary is retired until it requests WAL again. Any number of threads
// and processes may call these functions: Backend::update_record() makes each change atomic.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/archive/position_tracks.h"
#include "store/backend/backend.h"
#include "store/backend/entries.h"

namespace walstow {

// A write costs an fsync or two, and a standby that catches up requests many segments a second. So
// while a standby requests one file after another, its progress is written at most once in this
// interval. If two data directories use one id, every change is written, because changes
// distinguish the two.
inline constexpr std::chrono::seconds kPositionRefresh{60};

// The largest number of instances of one client in one cluster. A client chooses its instances, so
// their number needs a bound. At the bound, a new instance replaces the one that has been silent
// for longest, if it has been silent for longer than kSilentInstance.
inline constexpr std::size_t kMostInstances = 64;
inline constexpr std::chrono::hours kSilentInstance{7 * 24};

// A sequence is the time of the report, in microseconds. A sequence that is further ahead than this
// comes from a wrong clock, or was made up. It counts as the current time, so that it does not hide
// later reports.
inline constexpr std::chrono::minutes kSequenceAhead{5};

// The caller ensures that `told` names a system identifier for which the cluster has an era. Throws
// Error{kRefused} if there are too many instances. The record is durable on return if something
// changed that retention relies on (the first report, a lower file, a restartpoint, retirement).
// "seen" and "last handed" may lag by kPositionRefresh. The last delivered segment is written at
// once if it is the first file, or the first file of another timeline. It is also written at once
// if the standby then has to wait: PostgreSQL pauses (wal_retrieve_retry_interval) before it asks
// again, or continues by streaming and does not ask again.
void update_position(Backend& backend, std::string_view cluster, std::string_view client,
                     const PositionChange& told, Time now);

// Returns false if there is no such record.
bool forget_position(Backend& backend, const ForgetStandby& forget);

// Treats unreadable records, and records in a later format, in the same way as for_each_record().
std::vector<PositionReport> list_positions(BackendReader& backend, std::string_view cluster,
                                           DamagedRecords* damaged = nullptr);

// Returns the segment that a standby has reached: its restartpoint or its last served segment,
// whichever is higher. (A streaming standby requests nothing, and a standby without
// archive_cleanup_command reports no restartpoint.) Returns nullopt if the standby has done
// neither, or not with segments of this size.
std::optional<WalFileName> reached(const PositionReport& position, SegmentSize size);

}  // namespace walstow
