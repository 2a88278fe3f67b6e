// A cluster's policy: by which walstowd prunes it without being asked, and `walstow prune` where
// its options say nothing else. One record of the cluster, so that every daemon on the archive and
// the command see the same. Blocking; errors as store/backend/backend.h.
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/command.h"
#include "proto/wire/retention_report.h"
#include "store/archive/archive.h"

namespace walstow {

// nullopt: none is set. Throws Error{kDamaged}: what cannot be read is no policy to prune by.
std::optional<PolicyReport> read_policy(const Archive& archive, std::string_view cluster);

// In the place of any other, also of a damaged one. Durable on return. `set` has a policy.
PolicyReport set_policy(const Archive& archive, const SetPolicy& set, const std::string& by,
                        Time now);
// False: there was none.
bool remove_policy(const Archive& archive, const RemovePolicy& remove);

// A policy as a part of records. Reading one throws Error{kDamaged} with the name of the `record`:
// with a member that is not understood, more might go than somebody has asked for.
boost::json::object policy_object(const PrunePolicy& policy);
PrunePolicy policy_of(const boost::json::object& object, const std::string& record);

}  // namespace walstow
