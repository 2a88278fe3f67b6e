// For the hint behind a name that nobody knows. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walstow {

// The one of `names` that is so near to `name` that a slip of the hand is likely; nullopt: none is.
// A slip is a letter that is changed, added or left out, or two that have changed places.
std::optional<std::string> nearest_name(const std::vector<std::string_view>& names,
                                        std::string_view name);
// The same with `most` slips at most.
std::optional<std::string> nearest_name(const std::vector<std::string_view>& names,
                                        std::string_view name, std::size_t most);

}  // namespace walstow
