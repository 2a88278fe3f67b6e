// Runs another program to its end and returns its output.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "proto/base/deadline.h"

namespace walstow {

// Output beyond this size is discarded.
inline constexpr std::size_t kMostCommandOutput = std::size_t{1} << 16;  // bytes

struct CommandResult {
  int code = 0;             // its exit code, or 128 + the signal that ended it, as in a shell
  bool ended_late = false;  // it was killed at the deadline, or because of `is_stopped`
  std::string output;       // what it wrote to its standard output
  std::string errors;       // what it wrote to its standard error
};

// `words`: the program and its arguments; a program without "/" is looked for in PATH. It runs in
// `folder`, or in this process's working directory if `folder` is empty. It has a session of its
// own, without a terminal. It reads nothing, and inherits no descriptor. When the program ends,
// when `deadline` passes, or when `is_stopped` returns true, the program and all of its children
// are killed. `is_stopped` may be empty; it is called at least every 50 ms. After this call,
// SIGCHLD has its default action in this process. Throws Error{kStorage} if the program cannot be
// started.
CommandResult run_command(std::span<const std::string> words, const std::string& folder,
                          Deadline deadline, const std::function<bool()>& is_stopped = {});

}  // namespace walstow
