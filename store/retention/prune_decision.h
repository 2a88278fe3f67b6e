// Turns an order to prune into a plan, according to the policy in a request and the present content
// of the archive. Blocking. Errors: as in store/backend/backend.h.
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

// Returns the newest era, or the named one. Refuses if there is no such era.
OrRefusal<EraName> era_of(const Archive& archive, const std::string& cluster,
                          const std::optional<EraName>& named);

struct PruneOrder {
  std::string cluster;
  PrunePolicy policy;
  std::optional<EraName> era;  // nullopt: the newest
  std::optional<Lsn> floor;    // an upper bound of the floor
};

struct PruneDecision {
  EraName era;
  std::vector<EraName> older_eras;
  RetentionPlan plan;
  Amount amount;
  // Reasons for which a policy would not prune now, as sentences for an administrator, who may
  // decide otherwise.
  std::vector<std::string> objections = {};
};

// Refuses if there is no such era, if the policy is not valid for that era, or as refuse_unstated()
// does. Throws Error{kDamaged} for an unreadable policy of the cluster, which may keep more. Throws
// Error{kUnavailable} if `stop` is requested.
OrRefusal<PruneDecision> decide_prune(const Archive& archive, const PruneOrder& order,
                                      const ArchiveClock& clock, Time now,
                                      const std::stop_token& stop);

// Returns the reasons not to trust the clock with an automatic prune. `inventory` is as
// plan_by_clock() leaves it. A doubted clock is omitted, because the plan already takes it into
// account. One reason is that a cluster looks unused: a wrong clock can cause this, and a cluster
// that nobody uses needs no pruning anyway. An era without a file and a standby gives no reason.
std::vector<std::string> objections_of_clock(const RetentionInventory& inventory,
                                             const PrunePolicy& policy, const ArchiveClock& clock,
                                             Time now);

// Refuses if `before` is not a position of the era.
OrRefusal<RetentionPolicy> policy_for(const PrunePolicy& asked, const EraName& era);

// Like plan_retention(), but with a clock that may be doubted. During a doubt, nothing is removed
// by age alone. If the policy names a position or a dead branch, ages count up to the time before
// the doubt. Also sets `future_times` in `inventory` according to that clock.
RetentionPlan plan_by_clock(RetentionInventory& inventory, const RetentionPolicy& policy,
                            const ArchiveClock& clock, Time now, const std::string& cluster);

}  // namespace walstow
