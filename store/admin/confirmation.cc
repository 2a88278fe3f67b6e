#include "store/admin/confirmation.h"

#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

#include "proto/base/error.h"

namespace walstow {
namespace {

bool at_terminal() {
  return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

}  // namespace

bool confirmed(const CommandContext& call, const std::string& question, const std::string& what,
               const std::string& way_out) {
  if (call.command.flag("yes")) return true;
  if (!at_terminal()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}, but there is no terminal at which to confirm it", what), way_out);
  }
  std::fprintf(stderr, "%s (yes/no) ", question.c_str());
  std::fflush(stderr);
  std::string answer;
  for (int c = std::getchar(); c != EOF && c != '\n' && answer.size() < 16; c = std::getchar())
    answer += static_cast<char>(c);
  return answer == "yes";
}

}  // namespace walstow
