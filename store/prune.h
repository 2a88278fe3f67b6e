// Pruning the newest era of a cluster, in steps that may be cut short anywhere:
//
//   begin_prune     plans, and writes the floor as a tombstone, durably. Nothing has gone yet.
//   continue_prune  reads all consumers again, and withdraws where one needs what is below; then
//                   notes how far it goes, removes so many files, oldest first, and again, reading
//                   the consumers' records each time; at the end it marks the tombstone as done.
//
// After a crash, or when nobody goes on, continue_prune begins with the consumers again. Whoever
// registers a consumer writes it first and then reads the tombstones (refuse_below_floor), so of
// two that meet at least one sees the other. Blocking; errors as store/backend.h.
#pragma once

#include <chrono>
#include <string>
#include <variant>

#include "proto/wire/command.h"
#include "proto/wire/retention_report.h"
#include "store/archive.h"

namespace walstow {

std::variant<PrunePlanReport, Refusal> plan_prune(const Archive& archive, const PlanPrune& plan,
                                                  Time now);

// A report with number 0: nothing would go, and nothing was written.
std::variant<PruneReport, Refusal> begin_prune(const Archive& archive, const BeginPrune& begin,
                                               const std::string& by, Time now);

// Removes for about this long, and longer where looking at the consumers takes long.
inline constexpr std::chrono::milliseconds kPruneStep{1000};
std::variant<PruneReport, Refusal> continue_prune(const Archive& archive,
                                                  const ContinuePrune& go_on,
                                                  std::chrono::milliseconds step = kPruneStep);

}  // namespace walstow
