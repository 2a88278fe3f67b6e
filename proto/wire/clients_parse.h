// Requests about the store's clients, in both directions. Private to this folder.
#pragma once

#include "proto/http/target.h"
#include "proto/wire/command.h"
#include "proto/wire/or_refusal.h"

namespace walstow {

RequestHead request_for(const ListClients& list);
RequestHead request_for(const AddClient& add);
RequestHead request_for(const ChangeClient& change);
RequestHead request_for(const RemoveClient& remove);

// Requires a path that begins with /v1/clients and has at most one more part. Returns nullopt if
// the method does not fit the path.
std::optional<OrRefusal<Command>> parse_clients_request(const RequestHead& request,
                                                        const Target& target);

}  // namespace walstow
