#include "proto/base/user_name.h"

#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <unistd.h>
#include <vector>

#include "proto/base/error.h"

namespace walstow {
namespace {

struct UserEntry {
  std::string name, home;
  gid_t group = 0;
};

std::optional<UserEntry> entry_of(uid_t id) {
  constexpr std::size_t kLargestEntry = 4096;  // bytes; names, home and shell of one user
  std::vector<char> buffer(kLargestEntry);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  return UserEntry{.name = found->pw_name, .home = found->pw_dir, .group = found->pw_gid};
}

}  // namespace

std::string user_name(uid_t id) {
  const auto entry = entry_of(id);
  return entry ? entry->name : std::to_string(id);
}

void become_user(uid_t user) {
  const auto entry = entry_of(user);
  if (!entry) {
    throw Error(ErrorKind::kUsage, fmt::format("user {} has no name on this host", user),
                "Add the user, or run the command as that user.");
  }
  if (initgroups(entry->name.c_str(), entry->group) != 0 ||
      setresgid(entry->group, entry->group, entry->group) != 0 ||
      setresuid(user, user, user) != 0) {
    throw_system_error(fmt::format("could not become user \"{}\"", entry->name), errno);
  }
  // NOLINTBEGIN(concurrency-mt-unsafe): a program becomes another user before it has threads
  setenv("HOME", entry->home.c_str(), 1);
  setenv("USER", entry->name.c_str(), 1);
  setenv("LOGNAME", entry->name.c_str(), 1);
  unsetenv("TMPDIR");
  // NOLINTEND(concurrency-mt-unsafe)
}

void become_user(uid_t user, gid_t group) {
  if (setgroups(0, nullptr) != 0 || setresgid(group, group, group) != 0 ||
      setresuid(user, user, user) != 0) {
    throw_system_error(fmt::format("could not become user \"{}\"", user_name(user)), errno);
  }
}

}  // namespace walstow
