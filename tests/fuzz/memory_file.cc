#include "tests/fuzz/memory_file.h"

#include <fmt/format.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace walstow {

MemoryFile::MemoryFile(std::string_view content)
    : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
  const auto size = static_cast<ssize_t>(content.size());
  if (!descriptor_ || ::fchmod(descriptor_.get(), 0600) != 0 ||
      ::write(descriptor_.get(), content.data(), content.size()) != size) {
    throw std::runtime_error("could not create a file in memory");
  }
}

std::string MemoryFile::path() const {
  return fmt::format("/proc/self/fd/{}", descriptor_.get());
}

}  // namespace walstow
