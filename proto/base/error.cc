#include "proto/base/error.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>

namespace walstow {
namespace {

std::string_view hint_for(int error_number) {
  switch (error_number) {
    case ENOSPC:
      return "Free some space on the file system, or enlarge it.";
    case EDQUOT:
      return "Free some space, or raise the disk quota.";
    case EROFS:
      return "The file system is mounted read-only. The kernel does that automatically after a "
             "disk error; check its log.";
    case EACCES:
    case EPERM:
      return "Check the owner and the permissions of the file and of every folder above it.";
    case EMFILE:
    case ENFILE:
      return "Raise the limit on open files (ulimit -n, LimitNOFILE=).";
    case EIO:
      return "The disk or the connection to it failed; check the kernel's log.";
    case ESTALE:
      return "The network file system has lost the file; check its server and mount it again.";
    case ELOOP:
    case ENOTDIR:
      return "Symbolic links are not followed here. Is there a link or a file where the path needs "
             "a folder?";
    default:
      return "";
  }
}

}  // namespace

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return "usage";
    case ErrorKind::kInvalid:
      return "invalid";
    case ErrorKind::kRefused:
      return "refused";
    case ErrorKind::kUnavailable:
      return "unavailable";
    case ErrorKind::kTimeout:
      return "timeout";
    case ErrorKind::kDamaged:
      return "damaged";
    case ErrorKind::kStorage:
      return "storage";
    case ErrorKind::kFatal:
      return "fatal";
  }
  return "unknown";
}

std::string system_message(int error_number) {
  // Unlike strerror(), it is thread-safe, and in English in every locale.
  const char* const text = ::strerrordesc_np(error_number);
  return text != nullptr ? text : fmt::format("error {}", error_number);
}

std::string system_hint(int error_number) {
  return std::string(hint_for(error_number));
}

std::string start_hint(int error_number) {
  if (error_number != EAGAIN) return system_hint(error_number);
  return "Is the limit on processes reached? Threads count as well. Raise the limit (ulimit -u, "
         "LimitNPROC=, TasksMax=, a container's pids limit), or end processes that are not needed.";
}

void throw_system_error(const std::string& what, int error_number) {
  throw Error(ErrorKind::kStorage, fmt::format("{}: {}", what, system_message(error_number)),
              system_hint(error_number));
}

}  // namespace walstow
