// Prunes an era of a cluster, by default the newest, in steps that may be interrupted anywhere:
//
//   begin_prune     plans, and writes the floor as a tombstone, durably. It removes nothing yet.
//   continue_prune  reads all consumers again, and withdraws the prune if one of them needs a file
//                   below the floor, outside of the kept ranges. Then it records how far it will
//                   remove, removes that many files, oldest first, and repeats this. Each time it
//                   reads the consumers' records first. At the end it marks the tombstone as done.
//   abandon_prune   withdraws the prune, even if another process runs it: the files that are not
//                   removed yet stay.
//
// After a crash, or when nobody continues a prune, continue_prune starts with the consumers again.
// A process that registers a consumer writes the record of the consumer first, and then reads the
// tombstones (refuse_below_floor). So if it runs at the same time as a prune, at least one of the
// two sees the other. Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "proto/wire/command.h"
#include "proto/wire/or_refusal.h"
#include "proto/wire/retention_report.h"
#include "store/archive/archive.h"
#include "store/retention/archive_clock.h"
#include "store/retention/retention_rule.h"

namespace walstow {

OrRefusal<PrunePlanReport> plan_prune(const Archive& archive, const PlanPrune& asked, Time now);

// Returns the number of the unfinished prune. Returns 0 if there is none.
std::uint32_t unfinished_prune(const Archive& archive, const std::string& cluster,
                               const EraName& era);

// kPerson: an administrator has seen the plan and its objections. kPolicy: a policy begins no prune
// if there are objections.
enum class PruneFor { kPerson, kPolicy };

// In the report, number 0 means that there is nothing to remove, and that nothing was written.
// Throws Error{kUnavailable} if `stop` is requested before anything was written.
OrRefusal<PruneReport> begin_prune(const Archive& archive, const BeginPrune& begin,
                                   const std::string& by, Time now,
                                   const std::stop_token& stop = {},
                                   PruneFor whom = PruneFor::kPerson);

// The number of files that are recorded and removed in the first batch. Later batches are sized to
// take about a quarter of a second, because another process that updates a record may have to wait
// that long.
inline constexpr std::size_t kFirstRemovals = 64;
std::size_t next_removals(std::size_t last, std::chrono::steady_clock::duration took);

// The time that one step takes. A step takes longer if reading the consumers takes long, and ends
// early if `stop` is requested.
inline constexpr std::chrono::milliseconds kPruneStep{1000};
OrRefusal<PruneReport> continue_prune(const Archive& archive, const ContinuePrune& go_on,
                                      std::chrono::milliseconds step = kPruneStep,
                                      const std::stop_token& stop = {});

// Withdraws the unfinished prune. Refuses if there is none. The withdrawal is durable on return. A
// process that runs the prune may still remove the files that it has recorded (`reached`, which the
// report returns as its floor), and then stops. The call does not read the consumers, so an
// unreadable record does not prevent it.
OrRefusal<PruneReport> abandon_prune(const Archive& archive, const AbandonPrune& abandon,
                                     const std::string& by);

}  // namespace walstow
