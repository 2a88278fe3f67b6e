// The copies of withdrawn versions. They are kept below "_aside", one for each version of each key.
// Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <memory>
#include <string>

#include "proto/codec/digest.h"
#include "store/backend/backend.h"

namespace walstow {

// If the object with that content has the name, first copies it below "_aside", and then moves it
// there. Both copies remain: in a bucket, another caller may have written the object, with the same
// bytes, and may rely on either copy. Returns false if the object no longer has the name. The
// result is durable on return. Throws Error{kRefused} if other content with that digest is already
// kept.
bool take_away(Backend& backend, const std::string& key, const Digest& digest,
               ObjectSource& object);
// Like the function above, but for any object with that content that has the name, if there is one.
// One copy remains.
void take_away(Backend& backend, const std::string& key, const Digest& digest);

// Returns the copy with that content, if a whole one is left. Otherwise returns nullptr.
std::unique_ptr<ObjectSource> find_copy(BackendReader& backend, const std::string& key,
                                        const Digest& digest);

// Returns whether a whole copy is kept that has the same bytes as `existing`, a whole object.
bool has_copy_of(BackendReader& backend, const std::string& key, const Digest& digest,
                 ObjectSource& existing);

// Removes every copy of that version. The removal is durable on return.
void remove_copies(Backend& backend, const std::string& key, const Digest& digest);

}  // namespace walstow
