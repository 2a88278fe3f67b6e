#include "proto/files/posix_lock.h"

#include <cerrno>
#include <fmt/format.h>
#include <sys/file.h>
#include <utility>

#include "proto/base/error.h"
#include "proto/files/posix_folder.h"

namespace walstow {
namespace {

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;  // closing it releases the lock
};

}  // namespace

bool try_lock(int fd, const std::string& label) {
  if (uninterrupted([&] { return ::flock(fd, LOCK_EX | LOCK_NB); }) == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  throw_system_error(fmt::format("could not lock {}", label), errno);
}

std::unique_ptr<FileLock> make_posix_lock(Descriptor fd) {
  return std::make_unique<PosixLock>(std::move(fd));
}

}  // namespace walstow
