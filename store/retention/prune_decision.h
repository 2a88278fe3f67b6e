// What an order to prune comes to: from a policy in a request's words, and what stands now, to a
// plan. Blocking; errors as store/backend/backend.h.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/or_refusal.h"
#include "store/archive/archive.h"
#include "store/retention/archive_clock.h"
#include "store/retention/retention_inventory.h"
#include "store/retention/retention_rule.h"

namespace walstow {

// The newest, or one that was named. The refusal: there is none.
OrRefusal<EraName> era_of(const Archive& archive, const std::string& cluster,
                          const std::optional<EraName>& named);

struct PruneOrder {
  std::string cluster;
  PrunePolicy policy;
  std::optional<EraName> era;  // nullopt: the newest
  std::optional<Lsn> floor;    // not above it
};

struct PruneDecision {
  EraName era;
  std::vector<EraName> older_eras;
  RetentionPlan plan;
  Amount amount;
  // Why a policy by itself would prune nothing of it, in sentences for people, who may know better.
  std::vector<std::string> objections = {};
};

// The refusal: there is no such era, or the policy does not fit it. Throws Error{kUnavailable} when
// it is asked to stop.
OrRefusal<PruneDecision> decide_prune(const Archive& archive, const PruneOrder& order,
                                      const ArchiveClock& clock, Time now,
                                      const std::stop_token& stop);

// Why the clock is not to be trusted with a prune that nobody looks at; `inventory` as
// plan_by_clock() has left it. That of a clock that is doubted is in the plan already. A cluster
// that nobody uses needs no pruning, and one that seems so is met by a wrong clock.
std::vector<std::string> objections_of_clock(const RetentionInventory& inventory,
                                             const PrunePolicy& policy, const ArchiveClock& clock,
                                             Time now);

// The refusal: `before` is no place of the era.
OrRefusal<RetentionPolicy> policy_for(const PrunePolicy& asked, const EraName& era);

// As plan_retention(), by a clock that may be doubted: then nothing goes by age alone, and where
// the policy names a place or a dead branch, ages are counted up to the time before the doubt. What
// is of the future in `inventory` counts by that clock as well.
RetentionPlan plan_by_clock(RetentionInventory& inventory, const RetentionPolicy& policy,
                            const ArchiveClock& clock, Time now, const std::string& cluster);

}  // namespace walstow
