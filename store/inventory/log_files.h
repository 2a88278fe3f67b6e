// The files that make up a log: segments and .partial files, which a get serves. Only these files
// prove that the log has something later. A .backup file, an incomplete segment or a foreign file
// proves nothing, no matter which client has put it. Blocking. Errors: as in
// store/backend/backend.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/archive/layout.h"
#include "store/backend/backend.h"

namespace walstow {

bool is_of_log(const layout::StoredName& stored);

// Returns the first such file whose key begins with `prefix` and is greater than `after`. Skips all
// others. Returns nullopt if there is none. Throws Error{kUnavailable} if it would have to skip too
// many foreign files.
std::optional<layout::StoredName> next_of_log(BackendReader& backend, std::string_view cluster,
                                              const std::string& prefix, std::string after);

}  // namespace walstow
