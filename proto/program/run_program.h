// Handles the failures of a program in the usual way.
#pragma once

#include <functional>

namespace walstow {

// Runs `program` and returns its exit code. Logs what it throws, and then returns exit_code::kUsage
// for a wrong call or setting, exit_code::kFailed for everything else.
int run_program(const std::function<int()>& program);

}  // namespace walstow
