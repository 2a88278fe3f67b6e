// Finds the name that a hint suggests for an unknown name. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walstow {

// Returns the name in `names` that differs from `name` so little that a typing error is likely.
// Returns nullopt if there is none. One error is a letter that is changed, added or left out, or
// two letters that are swapped.
std::optional<std::string> nearest_name(const std::vector<std::string_view>& names,
                                        std::string_view name);
// Like the function above, but allows at most `most` errors.
std::optional<std::string> nearest_name(const std::vector<std::string_view>& names,
                                        std::string_view name, std::size_t most);

}  // namespace walstow
