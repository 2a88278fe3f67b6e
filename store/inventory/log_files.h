// The files that make up a log: segments and .partial files, which a get serves. That something is
// later in the log is shown by these alone: a .backup file, an incomplete segment and what is no
// object prove nothing, whoever put them. Blocking. Errors: as store/backend/backend.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/archive/layout.h"
#include "store/backend/backend.h"

namespace walstow {

bool is_of_log(const layout::StoredName& stored);

// The first of them whose key begins with `prefix` and is greater than `after`; all others are
// passed over. nullopt: there is none. Throws Error{kUnavailable} where too many strange files are
// in the way.
std::optional<layout::StoredName> next_of_log(BackendReader& backend, std::string_view cluster,
                                              const std::string& prefix, std::string after);

}  // namespace walstow
