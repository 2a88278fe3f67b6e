// Requests about retention, in both directions. Private to this folder.
#pragma once

#include "proto/http/target.h"
#include "proto/wire/command.h"
#include "proto/wire/or_refusal.h"

namespace walstow {

RequestHead request_for(const AddHold& add);
RequestHead request_for(const RemoveHold& remove);
RequestHead request_for(const ListHolds& list);
RequestHead request_for(const AddBackup& add);
RequestHead request_for(const RemoveBackup& remove);
RequestHead request_for(const ListBackups& list);
RequestHead request_for(const ListStandbys& list);
RequestHead request_for(const ForgetStandby& forget);
RequestHead request_for(const SetPolicy& set);
RequestHead request_for(const ShowPolicy& show);
RequestHead request_for(const RemovePolicy& remove);
RequestHead request_for(const PlanPrune& plan);
RequestHead request_for(const BeginPrune& begin);
RequestHead request_for(const ContinuePrune& go_on);
RequestHead request_for(const AbandonPrune& abandon);

// Returns nullopt if the path belongs to another kind of request, or the method does not fit the
// path.
std::optional<OrRefusal<Command>> parse_retention_request(const RequestHead& request,
                                                          const std::string& cluster,
                                                          const Target& target);

}  // namespace walstow
