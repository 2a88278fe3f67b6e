// For the hint behind a name that nobody knows. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walstow {

// The one of `names` that is so near to `name` that a slip of the hand is likely; nullopt: none is.
std::optional<std::string> nearest_name(const std::vector<std::string_view>& names,
                                        std::string_view name);

}  // namespace walstow
