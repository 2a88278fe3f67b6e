// Finds the name that a hint suggests for an unknown name. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walstow {

// Returns the one of `names` that is so close to `name` that a typing error is likely; nullopt:
// none is. An error is a letter that is changed, added or left out, or two letters that are
// swapped.
std::optional<std::string> nearest_name(const std::vector<std::string_view>& names,
                                        std::string_view name);
// The same with at most `most` errors.
std::optional<std::string> nearest_name(const std::vector<std::string_view>& names,
                                        std::string_view name, std::size_t most);

}  // namespace walstow
