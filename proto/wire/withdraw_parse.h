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

// nullopt: not one of these paths, or not with this method.
std::optional<OrRefusal<Command>> parse_withdraw_request(const RequestHead& request,
                                                         const std::string& cluster,
                                                         const Target& target);

}  // namespace walstow
