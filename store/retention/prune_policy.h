// A cluster's policy: walstowd prunes by it automatically, and `walstow prune` unless its options
// override it. One record of the cluster, so that every daemon on the archive and the command use
// the same policy. Blocking; errors as store/backend/backend.h.
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/command.h"
#include "proto/wire/retention_report.h"
#include "store/archive/archive.h"

namespace walstow {

// nullopt: none is set. Throws Error{kDamaged}: an unreadable record must not decide a prune.
std::optional<PolicyReport> read_policy(const Archive& archive, std::string_view cluster);

// Replaces any other policy, even a damaged one. Durable on return. `set` has a policy.
PolicyReport set_policy(const Archive& archive, const SetPolicy& set, const std::string& by,
                        Time now);
// False: there was none.
bool remove_policy(const Archive& archive, const RemovePolicy& remove);

// A policy as a part of records. Reading it throws Error{kDamaged} with the name of the `record`:
// if it ignored an unknown member, a prune might remove more than the administrator wants.
boost::json::object policy_object(const PrunePolicy& policy);
PrunePolicy policy_of(const boost::json::object& object, const std::string& record);

}  // namespace walstow
