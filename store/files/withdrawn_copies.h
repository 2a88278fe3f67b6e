// Where withdrawn contents are kept: copies below "_aside", one of each content of each key.
// Blocking. Errors: as store/backend/backend.h.
#pragma once

#include <memory>
#include <string>

#include "proto/codec/digest.h"
#include "store/backend/backend.h"

namespace walstow {

// This object with that content goes below "_aside", if it has the name. False: it does not have
// the name any more. Durable on return. Throws Error{kRefused} where another content with that
// digest is kept already.
bool take_away(Backend& backend, const std::string& key, const Digest& digest,
               ObjectSource& object);
// The same of whichever object with that content has the name; of none, too.
void take_away(Backend& backend, const std::string& key, const Digest& digest);

// The whole object with that content that is kept; nullptr: there is none any more.
std::unique_ptr<ObjectSource> find_copy(BackendReader& backend, const std::string& key,
                                        const Digest& digest);

// Removes the copies of the content that has the name again; durable on return. A copy is removed
// only where all its bytes are equal to the existing object's.
void remove_copies_of_standing(Backend& backend, const std::string& key, const Digest& digest);

// Whatever is kept of the content; durable on return.
void remove_copies(Backend& backend, const std::string& key, const Digest& digest);

}  // namespace walstow
