#include "proto/files/make_files_as.h"

#include <cerrno>
#include <fmt/format.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

// Both return the previous id and report no failure. For a user that this user namespace does not
// know, they change nothing.
void switch_to(const FileOwner& owner) {
  ::setfsgid(owner.group);  // first, as usual where a process gives up rights
  ::setfsuid(owner.user);
}

bool can_switch_to(const FileOwner& owner) {
  constexpr auto kAskOnly = static_cast<uid_t>(-1);
  const MakeFilesAs as(owner);
  return static_cast<uid_t>(::setfsuid(kAskOnly)) == owner.user &&
         static_cast<gid_t>(::setfsgid(kAskOnly)) == owner.group;
}

}  // namespace

std::optional<FileOwner> other_owner(int fd, const std::string& label) {
  if (::geteuid() != 0) return std::nullopt;
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_system_error(fmt::format("could not stat {}", label), errno);
  if (status.st_uid == 0) return std::nullopt;
  const FileOwner owner{.user = status.st_uid, .group = status.st_gid};
  if (can_switch_to(owner)) return owner;
  log_line(
      LogLevel::kWarning,
      fmt::format("could not act as the owner of {}: files created there belong to root", label),
      "Root lacks the right to do so (CAP_SETUID, CAP_SETGID). Run the command as that user.");
  return std::nullopt;
}

MakeFilesAs::MakeFilesAs(const std::optional<FileOwner>& owner) {
  if (!owner) return;
  before_ = FileOwner{.user = ::geteuid(), .group = ::getegid()};
  switch_to(*owner);
}

MakeFilesAs::~MakeFilesAs() {
  if (!before_) return;
  const int error_number = errno;  // of the call that this was for
  ::setfsuid(before_->user);
  ::setfsgid(before_->group);
  errno = error_number;
}

}  // namespace walstow
