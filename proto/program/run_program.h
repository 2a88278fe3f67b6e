// The end of a program whose failures all read the same.
#pragma once

#include <functional>

namespace walstow {

// Runs `program` for its exit code. What it throws becomes a line on the log, and exit_code::kUsage
// for a wrong call or setting, exit_code::kFailed for all else.
int run_program(const std::function<int()>& program);

}  // namespace walstow
