// The other executables of walstow.
#pragma once

#include <string>
#include <string_view>

namespace walstow {

// The path of `program` in the folder of this process's own executable, wherever all of them were
// installed; `program` alone where the kernel does not tell.
std::string beside_this_executable(std::string_view program);

}  // namespace walstow
