#include "proto/base/descriptor.h"

#include <cerrno>
#include <fmt/format.h>
#include <unistd.h>

#include "proto/base/error.h"

namespace walstow {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

void Descriptor::close_checked(const char* what) {
  // Never closes twice: Linux has released the number even when close() fails, EINTR included.
  const int fd = release();
  if (fd >= 0 && ::close(fd) != 0) {
    throw_system_error(fmt::format("could not close {}", what), errno);
  }
}

}  // namespace walstow
