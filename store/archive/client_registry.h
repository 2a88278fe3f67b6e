// The registry of clients: which clients may use this archive over a link that authenticates them,
// and what each of them may do. One record per client, outside of all clusters. Any number of
// stores on one archive share it.
//
// Every call reads the archive: a change or a removal applies to the client's next request, on any
// connection. Names are valid_client_name()s. Errors and threads: as store/backend/backend.h;
// Error{kDamaged} for an invalid record. Blocking.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/backend/backend.h"

namespace walstow {

// nullopt: the registry has no client of that name.
std::optional<ClientReport> find_client(BackendReader& backend, std::string_view client);
// By name.
std::vector<ClientReport> list_clients(BackendReader& backend);

struct AddedClient {
  enum class Result {
    kAdded,
    kStood,  // existed, with the same key, grants and certificate: repeated after a lost answer
    kTaken,  // another client has the name; its record was not touched
  };
  Result result = Result::kAdded;
  ClientReport client;  // the existing record under the name, durable on return
};
AddedClient add_client(Backend& backend, const AddClient& add, Time now);

// The record after the change, durable on return. nullopt: no client has that name.
std::optional<ClientReport> change_client(Backend& backend, const ChangeClient& change);

// Durable on return. False: no client has that name. Removes a damaged record, too.
bool remove_client(Backend& backend, std::string_view client);

}  // namespace walstow
