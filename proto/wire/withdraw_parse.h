// Requests about withdrawn files, in both directions. Private to this folder.
#pragma once

#include "proto/http/target.h"
#include "proto/wire/command.h"
#include "proto/wire/or_refusal.h"

namespace walstow {

RequestHead request_for(const ListWithdrawn& list);
RequestHead request_for(const WithdrawFile& withdraw);
RequestHead request_for(const ReturnFile& back);
RequestHead request_for(const PurgeFile& purge);

// Returns nullopt if the path belongs to another kind of request, or the method does not fit the
// path.
std::optional<OrRefusal<Command>> parse_withdraw_request(const RequestHead& request,
                                                         const std::string& cluster,
                                                         const Target& target);

}  // namespace walstow
