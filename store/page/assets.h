// The status page's style sheet and script, and the policy by which a browser uses nothing else.
#pragma once

#include <string>
#include <string_view>

namespace walstow {

std::string_view page_style();
std::string_view page_script();

// Returns the value of Content-Security-Policy. It allows the style sheet and the script above,
// which the page contains, and names them by their SHA-256. It also allows the page to fetch from
// its own origin. It allows nothing else.
const std::string& page_policy();

// Returns a string that changes when the style sheet or the script changes. By this string, the
// script notices that a page in a browser is from another release, and must be loaded again.
const std::string& page_release();

}  // namespace walstow
