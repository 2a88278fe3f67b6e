// Where withdrawn contents are kept: copies below "_aside", one of each content of each key.
// Blocking. Errors: as store/backend/backend.h.
#pragma once

#include <memory>
#include <string>

#include "proto/codec/digest.h"
#include "store/backend/backend.h"

namespace walstow {

// Moves this object with that content below "_aside", if it has the name, and makes a copy of it
// before. Both stay: in a bucket the object may be another caller's with the same bytes, who relies
// on either. False: it does not have the name any more. Durable on return. Throws Error{kRefused}
// where another content with that digest is kept already.
bool take_away(Backend& backend, const std::string& key, const Digest& digest,
               ObjectSource& object);
// The same for whichever object with that content has the name, and also if there is none. One copy
// is left.
void take_away(Backend& backend, const std::string& key, const Digest& digest);

// The whole object with that content that is kept; nullptr: there is none any more.
std::unique_ptr<ObjectSource> find_copy(BackendReader& backend, const std::string& key,
                                        const Digest& digest);

// Whether a whole copy has all the bytes of `existing`, a whole object.
bool has_copy_of(BackendReader& backend, const std::string& key, const Digest& digest,
                 ObjectSource& existing);

// Whatever is kept of the content; durable on return.
void remove_copies(Backend& backend, const std::string& key, const Digest& digest);

}  // namespace walstow
