// How far each standby has got: one record for each client and instance, updated from what its
// requests carry along. Retention rests on these records.
//
// Only what PostgreSQL was handed counts. store/archive/position_tracks.h says what a report
// changes, and how two data directories with one id are told apart. An instance that archives as a
// primary is retired until it asks for WAL again. Threads and processes: safe;
// Backend::update_record makes each change atomic.
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

// A write costs an fsync or two, and a standby that catches up asks for many segments a second. So
// while files follow one another their progress is written no more often than this. Of two data
// directories with one id it is written each time, because it tells them apart.
inline constexpr std::chrono::seconds kPositionRefresh{60};

// Of one client in one cluster. An instance is what a client says, so their number needs a bound:
// where there are as many, a new one takes the place of the one that has been silent for longest,
// if that is longer than kSilentInstance.
inline constexpr std::size_t kMostInstances = 64;
inline constexpr std::chrono::hours kSilentInstance{7 * 24};

// A sequence is the time of the report, in microseconds; one that is further ahead than this is of
// a clock that is wrong, or made up, and counts as of now. So it hides none of the reports that
// follow.
inline constexpr std::chrono::minutes kSequenceAhead{5};

// `told` names a system that the cluster has an era of: the caller sees to that. Throws
// Error{kRefused} for an instance too many. Durable on return when it changed anything that
// retention relies on (the first report, a lower file, a restartpoint, retirement); "seen" and
// "last handed" may lag by kPositionRefresh. What was handed last shows at once when it is the
// first file, or the first one of another timeline, or when the standby then has to wait:
// PostgreSQL pauses (wal_retrieve_retry_interval) before it asks again, and one that goes on by
// streaming does not ask at all.
void update_position(Backend& backend, std::string_view cluster, std::string_view client,
                     const PositionChange& told, Time now);

// False: there is none.
bool forget_position(Backend& backend, const ForgetStandby& forget);

// What cannot be read, or is of a later format: as for_each_record().
std::vector<PositionReport> list_positions(BackendReader& backend, std::string_view cluster,
                                           DamagedRecords* damaged = nullptr);

}  // namespace walstow
