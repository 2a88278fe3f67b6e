// The record of the clients that may open timelines in a cluster. An administrator decides this.
// The decision is one record of the cluster. Without it, any client with the right "archive" may
// open timelines. Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <optional>
#include <string>

#include "proto/wire/new_timelines.h"
#include "store/archive/archive.h"

namespace walstow {

NewTimelinesReport read_new_timelines(BackendReader& backend, const std::string& cluster);

// Replaces the previous decision. The new decision is durable on return.
NewTimelinesReport set_new_timelines(Backend& backend, const SetNewTimelines& set,
                                     const std::string& by, Time now);

// Returns why `client` may not put a new history, or a file of a timeline without a history.
// Returns nullopt if the client may put it.
std::optional<Refusal> refuse_opening(BackendReader& backend, const PutFile& put,
                                      const std::string& client);

}  // namespace walstow
