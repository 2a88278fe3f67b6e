// The sole owner of an open file descriptor.
#pragma once

#include <utility>

namespace walstow {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  // Closes without checking for errors. This suits descriptors through which no durable data was
  // written, and stack unwinding.
  ~Descriptor();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }

  // Closes. Throws Error{kStorage, "could not close <what>: ..."} when the kernel reports lost data
  // (NFS and quota errors arrive here). The descriptor is closed in every case.
  void close_checked(const char* what);

 private:
  int fd_ = -1;
};

}  // namespace walstow
