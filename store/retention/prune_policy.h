// A cluster's policy. walstowd prunes by it automatically. `walstow prune` uses it, too, unless
// its options override it. The policy is one record in the cluster, so the command and all daemons
// that use the archive apply the same policy. Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/command.h"
#include "proto/wire/refusal.h"
#include "proto/wire/retention_report.h"
#include "store/archive/archive.h"

namespace walstow {

// Returns nullopt if no policy is set. Throws Error{kDamaged} for an unreadable record, because
// such a record must not decide about a prune.
std::optional<PolicyReport> read_policy(const Archive& archive, std::string_view cluster);

// Replaces any other policy, even a damaged one. The policy is durable on return. Requires
// `set.policy`.
PolicyReport set_policy(const Archive& archive, const SetPolicy& set, const std::string& by,
                        Time now);
// Refuses a policy as refuse_unstated() does. Accepts any policy if the present one is damaged.
std::optional<Refusal> refuse_policy(const Archive& archive, const SetPolicy& set);

// Refuses an order that selects the backups to keep, and does not state how many monthly or yearly
// ones, although the cluster's policy keeps some. Otherwise a forgotten option, or a client of an
// earlier release, would delete them.
std::optional<Refusal> refuse_unstated(const std::optional<PolicyReport>& policy,
                                       const PrunePolicy& order);

// Returns false if there was no policy.
bool remove_policy(const Archive& archive, const RemovePolicy& remove);

// Make and read the part of a record that contains a policy. If that part has an unknown member,
// reading throws Error{kDamaged} with the name of the `record`: a prune that ignores the member
// might remove more than the administrator wants.
boost::json::object policy_object(const PrunePolicy& policy);
PrunePolicy policy_of(const boost::json::object& object, const std::string& record);

}  // namespace walstow
