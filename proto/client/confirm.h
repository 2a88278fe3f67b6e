// Asks a store whether it has a file before the file is sent. A segment that the store has costs
// one round trip and no body, whichever client has put it (docs/decisions/0035).
#pragma once

#include <optional>

#include "proto/client/store_client.h"

namespace walstow {

// Returns whether `report` is the answer to `put`: it has the file's name, size and digest.
bool is_about(const PutReport& report, const PutFile& put);

struct Confirmation {
  std::optional<PutDone> done;  // what a put would return; nullopt: the store lacks the content
  // The store has other content under the name. Only a put shows whether it is the same up to its
  // end.
  bool other_content = false;
};

// Throws like StoreClient::ask(). A store of an earlier release refuses the question (kRefused).
Confirmation confirm(const ConfirmFile& question, StoreClient& store, const Patience& patience);

// Like confirm(), but if the store refuses the question, returns that it lacks the content: then
// the put decides.
Confirmation confirm_or_unknown(const ConfirmFile& question, StoreClient& store,
                                const Patience& patience);

}  // namespace walstow
