// Which clients may open timelines in a cluster, as an administrator has decided: a record of the
// cluster. Without one, any client with the right "archive" may. Blocking. Errors: as
// store/backend/backend.h.
#pragma once

#include <optional>
#include <string>

#include "proto/wire/new_timelines.h"
#include "store/archive/archive.h"

namespace walstow {

NewTimelinesReport read_new_timelines(BackendReader& backend, const std::string& cluster);

// Replaces the previous decision. Durable on return.
NewTimelinesReport set_new_timelines(Backend& backend, const SetNewTimelines& set,
                                     const std::string& by, Time now);

// Why `client` may not put a new history, or a file of a timeline without one. nullopt: it may.
std::optional<Refusal> refuse_opening(BackendReader& backend, const PutFile& put,
                                      const std::string& client);

}  // namespace walstow
