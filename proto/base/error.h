// The project's only exception type. It means that an operation did not happen.
//
// Expected outcomes (a file is absent, an object already exists) are never exceptions; they are
// values. An Error is caught only where a failure becomes a value: an exit code, a refusal, a
// warning, another attempt. Error{kFatal} always propagates.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace walstow {

enum class ErrorKind {
  kUsage,        // an invalid argument or setting, which the administrator fixes
  kInvalid,      // input that is not what it claims to be (a file that is not WAL, a bad name)
  kRefused,      // the store understood the request and refused it (other content exists, no right)
  kUnavailable,  // the store gave no answer; a retry may help
  kTimeout,      // a deadline passed; a retry may help
  kDamaged,      // bytes failed a check
  kStorage,      // the operating system refused a file operation (ENOSPC, EIO, EACCES, ...)
  kFatal,        // durability is no longer guaranteed: the process must exit (failed folder fsync)
};

// Returns the name of a kind as it appears in logs, e.g. "unavailable".
std::string_view to_string(ErrorKind kind);

// `message` follows PostgreSQL's style: lower case, no full stop, with the file and the cause
// (`could not open file "x": No such file or directory`). `hint` is a sentence, or empty.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message, std::string hint = {})
      : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& hint() const { return hint_; }

 private:
  ErrorKind kind_;
  std::string hint_;
};

// Returns the system's text for `error_number` (an errno value), e.g. "No such file or directory".
std::string system_message(int error_number);

// Returns the usual remedy for `error_number`, if its cause is one that an administrator can fix
// (no space, read-only file system, permission, too many open files). Returns "" for other causes.
std::string system_hint(int error_number);

// Like system_hint(), but for a process or thread that could not be started. Only in that case does
// EAGAIN mean that the limit on processes is reached.
std::string start_hint(int error_number);

// Throws Error{kStorage, "<what>: <system_message>"} with system_hint().
[[noreturn]] void throw_system_error(const std::string& what, int error_number);

}  // namespace walstow
