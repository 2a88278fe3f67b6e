#include "proto/link/executables.h"

#include <array>
#include <climits>
#include <unistd.h>

namespace walstow {

std::string sibling_executable(std::string_view program) {
  std::array<char, PATH_MAX> path{};
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) return std::string(program);
  const std::string_view own(path.data(), static_cast<std::size_t>(length));
  return std::string(own.substr(0, own.rfind('/') + 1)) + std::string(program);
}

}  // namespace walstow
