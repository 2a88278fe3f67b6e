// Pruning an era of a cluster, the newest unless another is named, in steps that may be cut short
// anywhere:
//
//   begin_prune     plans, and writes the floor as a tombstone, durably. Nothing has gone yet.
//   continue_prune  reads all consumers again, and withdraws where one needs what is below; then
//                   notes how far it goes, removes so many files, oldest first, and again, reading
//                   the consumers' records each time; at the end it marks the tombstone as done.
//   abandon_prune   withdraws it, whoever is at it: what has not gone stays.
//
// After a crash, or when nobody goes on, continue_prune begins with the consumers again. Whoever
// registers a consumer writes it first and then reads the tombstones (refuse_below_floor), so of
// two that meet at least one sees the other. Blocking; errors as store/backend/backend.h.
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

// The number of one that is not over; 0: there is none.
std::uint32_t unfinished_prune(const Archive& archive, const std::string& cluster,
                               const EraName& era);

// A person has seen the plan, with what speaks against it. A policy begins nothing then.
enum class PruneFor { kPerson, kPolicy };

// A report with number 0: nothing would go, and nothing was written. Throws Error{kUnavailable}
// when it is asked to stop before anything was written.
OrRefusal<PruneReport> begin_prune(const Archive& archive, const BeginPrune& begin,
                                   const std::string& by, Time now,
                                   const std::stop_token& stop = {},
                                   PruneFor whom = PruneFor::kPerson);

// So many files are noted and removed first, and then as many more at a time as are removed in
// about a quarter of a second, for whoever updates a record may have to wait for that long.
inline constexpr std::size_t kFirstRemovals = 64;
std::size_t next_removals(std::size_t last, std::chrono::steady_clock::duration took);

// Removes for about this long, and longer where looking at the consumers takes long; or until it is
// asked to stop.
inline constexpr std::chrono::milliseconds kPruneStep{1000};
OrRefusal<PruneReport> continue_prune(const Archive& archive, const ContinuePrune& go_on,
                                      std::chrono::milliseconds step = kPruneStep,
                                      const std::stop_token& stop = {});

// Of the one that is not over; the refusal: there is none. Durable on return. Somebody who is at it
// may still remove the files that it has noted (`reached`, which the report's floor is then),
// and stops there. It asks nobody what is needed, so a record that cannot be read does not hinder.
OrRefusal<PruneReport> abandon_prune(const Archive& archive, const AbandonPrune& abandon,
                                     const std::string& by);

}  // namespace walstow
