#include "proto/base/user_name.h"

#include <pwd.h>
#include <vector>

namespace walstow {

std::string user_name(uid_t id) {
  constexpr std::size_t kLargestEntry = 4096;  // bytes; names, home and shell of one user
  std::vector<char> buffer(kLargestEntry);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return std::to_string(id);
  }
  return found->pw_name;
}

}  // namespace walstow
