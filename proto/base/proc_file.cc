#include "proto/base/proc_file.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "proto/base/descriptor.h"
#include "proto/base/error.h"

namespace walstow {
namespace {

constexpr std::size_t kPieceOfProcFile = 4096;  // the kernel returns at most a page

[[noreturn]] void throw_unreadable_proc_file(const std::string& path, int error_number) {
  throw_system_error(fmt::format("could not read file \"{}\"", path), error_number);
}

}  // namespace

std::optional<std::string> read_proc_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && (errno == ENOENT || errno == ESRCH)) return std::nullopt;
  if (!file) throw_unreadable_proc_file(path, errno);
  std::string content;
  for (;;) {
    std::array<char, kPieceOfProcFile> piece{};
    const ssize_t size = ::read(file.get(), piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == ESRCH) return std::nullopt;
    if (size < 0) throw_unreadable_proc_file(path, errno);
    if (size == 0) return content;
    content.append(piece.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace walstow
