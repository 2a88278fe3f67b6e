// Finds walstow's other executables.
#pragma once

#include <string>
#include <string_view>

namespace walstow {

// Returns the path of `program` in the folder that contains this process's executable. Returns
// `program` alone if the kernel does not report that folder.
std::string sibling_executable(std::string_view program);

}  // namespace walstow
