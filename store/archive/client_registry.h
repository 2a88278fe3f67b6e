// The registry of clients: which clients may use this archive over a link that authenticates them,
// and what each of them may do. It contains one record per client, outside all clusters. All stores
// that use one archive share the registry.
//
// Every call reads the archive, so a change or a removal applies to the client's next request, on
// any connection. Every name must pass valid_client_name(). Errors and threads: as in
// store/backend/backend.h. Also throws Error{kDamaged} for an invalid record. Blocking.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/backend/backend.h"

namespace walstow {

// Returns nullopt if the registry has no client of that name.
std::optional<ClientReport> find_client(BackendReader& backend, std::string_view client);
// Returns the clients in the order of their names.
std::vector<ClientReport> list_clients(BackendReader& backend);

struct AddedClient {
  enum class Result {
    kAdded,
    // The client existed, with the same key, grants and certificate: the call was repeated after a
    // lost answer.
    kExisted,
    kTaken,  // another client has the name; its record was not touched
  };
  Result result = Result::kAdded;
  ClientReport client;  // the existing record under that name, durable on return
};
AddedClient add_client(Backend& backend, const AddClient& add, Time now);

// Returns the record after the change, durable on return. Returns the unchanged record if
// `change.if_grants` are not its rights: the comparison and the change are one atomic step. Returns
// nullopt if no client has that name.
std::optional<ClientReport> change_client(Backend& backend, const ChangeClient& change);

// The removal is durable on return. Returns false if no client has that name. Removes the client's
// record even if it is damaged.
bool remove_client(Backend& backend, std::string_view client);

}  // namespace walstow
