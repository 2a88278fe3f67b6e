// Asks a store whether it has a file before the file is sent. A segment that the store has costs
// one round trip and no body, whichever client has put it (docs/decisions/0035).
#pragma once

#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "proto/client/store_client.h"

namespace walstow {

// Returns whether `report` is the answer to `put`: it has the file's name, size and digest.
bool is_about(const PutReport& report, const PutFile& put);

struct Confirmation {
  std::optional<PutDone> done;  // what a put would return; nullopt: the store lacks the content
  // Whether the store has other content under the name. Both contents may be equal up to the end
  // of their log. Only a put compares them.
  bool other_content = false;
};

// A refusal is an Error: a store of an earlier release refuses each question.
using Confirmed = std::variant<Confirmation, Error>;

// Asks about all files in one round trip. Throws like StoreClient::ask_each().
std::vector<Confirmed> confirm_each(std::span<const ConfirmFile> questions, StoreClient& store,
                                    const Patience& patience);

// If the store has refused the question about `file`, returns that it lacks the content: then the
// put decides. Throws other errors.
Confirmation or_unknown(const WalFileName& file, const Confirmed& answer);

// Asks about one file: or_unknown() of the answer.
Confirmation confirm_or_unknown(const ConfirmFile& question, StoreClient& store,
                                const Patience& patience);

}  // namespace walstow
