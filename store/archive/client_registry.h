// The registry: who may ask this archive over a link that has to know, and what each may do. One
// record for each client, outside of all clusters; any number of stores on one archive share it.
//
// Every call reads the archive: what was changed or removed is so for the next request of whoever
// it is about, on whatever connection. Names are valid_client_name()s. Errors and threads: as
// store/backend/backend.h; Error{kDamaged} for a record that is none. Blocking.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/backend/backend.h"

namespace walstow {

// nullopt: the registry has nobody of that name.
std::optional<ClientReport> find_client(BackendReader& backend, std::string_view client);
// By name.
std::vector<ClientReport> list_clients(BackendReader& backend);

struct AddedClient {
  enum class Result {
    kAdded,
    kStood,  // with the same key, grants and certificate: it was asked again after a lost answer
    kTaken,  // by another one; its record was not touched
  };
  Result result = Result::kAdded;
  ClientReport client;  // what stands under the name, durable on return
};
AddedClient add_client(Backend& backend, const AddClient& add, Time now);

// What stands now, durable on return. nullopt: nobody of that name.
std::optional<ClientReport> change_client(Backend& backend, const ChangeClient& change);

// Durable on return. False: nobody of that name. Removes a damaged record, too.
bool remove_client(Backend& backend, std::string_view client);

}  // namespace walstow
