// Who may open timelines in a cluster, as an administrator has said it: a record of the cluster.
// Without one, any client with the right "archive". Blocking. Errors: as store/backend/backend.h.
#pragma once

#include <optional>
#include <string>

#include "proto/wire/new_timelines.h"
#include "store/archive/archive.h"

namespace walstow {

NewTimelinesReport read_new_timelines(BackendReader& backend, const std::string& cluster);

// In the place of what was said before. Durable on return.
NewTimelinesReport set_new_timelines(Backend& backend, const SetNewTimelines& set,
                                     const std::string& by, Time now);

// Why `client` may not put a history that does not stand yet, or a file of a timeline that has
// none; nullopt: it may.
std::optional<Refusal> refuse_opening(BackendReader& backend, const PutFile& put,
                                      const std::string& client);

}  // namespace walstow
