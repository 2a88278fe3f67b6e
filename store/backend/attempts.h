// What a change reports if other requests changed the same key during each of its attempts.
#pragma once

#include <string>
#include <string_view>

namespace walstow {

// Throws Error{kUnavailable}, `gave up on "<key>": other requests kept changing it`. Nothing was
// acknowledged, so the caller may repeat the request; the hint says so.
[[noreturn]] void throw_gave_up(std::string_view key);

}  // namespace walstow
