// Turns an order to prune into a plan: from the policy in a request and the archive's present
// content. Blocking; errors as store/backend/backend.h.
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

// The newest era, or a named one. Refuses if there is none.
OrRefusal<EraName> era_of(const Archive& archive, const std::string& cluster,
                          const std::optional<EraName>& named);

struct PruneOrder {
  std::string cluster;
  PrunePolicy policy;
  std::optional<EraName> era;  // nullopt: the newest
  std::optional<Lsn> floor;    // an upper bound
};

struct PruneDecision {
  EraName era;
  std::vector<EraName> older_eras;
  RetentionPlan plan;
  Amount amount;
  // The reasons for which a policy would not prune now, in sentences for people, who may know
  // better.
  std::vector<std::string> objections = {};
};

// Refuses if there is no such era, or the policy does not fit it. Throws Error{kUnavailable} if
// `stop` is requested.
OrRefusal<PruneDecision> decide_prune(const Archive& archive, const PruneOrder& order,
                                      const ArchiveClock& clock, Time now,
                                      const std::stop_token& stop);

// The reasons not to trust the clock with an unattended prune. `inventory` is as plan_by_clock()
// has left it. Omits a doubted clock, which the plan already covers. A cluster that nobody uses
// needs no pruning, and a wrong clock makes a cluster look unused.
std::vector<std::string> objections_of_clock(const RetentionInventory& inventory,
                                             const PrunePolicy& policy, const ArchiveClock& clock,
                                             Time now);

// Refuses if `before` is no position of the era.
OrRefusal<RetentionPolicy> policy_for(const PrunePolicy& asked, const EraName& era);

// As plan_retention(), by a clock that may be doubted. During a doubt nothing is removed by age
// alone. If the policy names a position or a dead branch, ages count up to the time before the
// doubt. Times of the future in `inventory` count by that clock, too.
RetentionPlan plan_by_clock(RetentionInventory& inventory, const RetentionPolicy& policy,
                            const ArchiveClock& clock, Time now, const std::string& cluster);

}  // namespace walstow
