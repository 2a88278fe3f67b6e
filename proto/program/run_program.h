// Handles the failures of a program in the same way for all programs.
#pragma once

#include <functional>

namespace walstow {

// Runs `program` and returns its exit code. Logs an exception, and then returns exit_code::kUsage
// for an invalid argument or setting, and exit_code::kFailed for everything else.
int run_program(const std::function<int()>& program);

}  // namespace walstow
