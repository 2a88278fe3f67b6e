#include "proto/base/make_files_as.h"

#include <cerrno>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/error.h"

namespace walstow {
namespace {

// Both tell what was before, and nothing of a failure: a user that this user namespace does not
// know leaves things as they are.
void switch_to(const FileOwner& owner) {
  ::setfsgid(owner.group);  // first: it takes the right that the other gives up
  ::setfsuid(owner.user);
}

}  // namespace

std::optional<FileOwner> other_owner(int fd, const std::string& label) {
  if (::geteuid() != 0) return std::nullopt;
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_system_error("could not stat " + label, errno);
  if (status.st_uid == 0) return std::nullopt;
  return FileOwner{.user = status.st_uid, .group = status.st_gid};
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
