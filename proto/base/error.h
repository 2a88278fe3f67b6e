// The one exception of the project: "it did not happen".
//
// Outcomes that are expected (a file that is absent, an object that stands already) are never
// exceptions; they are values. An Error is caught only where a failure becomes a value: an exit
// code, a refusal, a warning, another attempt. Error{kFatal} always goes through.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace walstow {

enum class ErrorKind {
  kUsage,        // a wrong call or setting: the administrator mends it
  kInvalid,      // input that is not what it claims to be (a file that is not WAL, a bad name)
  kRefused,      // the store understood and said no (other content stands, no right)
  kUnavailable,  // could not ask or be answered; trying again may help
  kTimeout,      // a deadline passed; trying again may help
  kDamaged,      // bytes failed a check
  kStorage,      // the operating system refused file work (ENOSPC, EIO, EACCES, ...)
  kFatal,        // durability can no longer be promised: the process must end (failed folder fsync)
};

// The name of a kind as it appears in logs, e.g. "unavailable".
std::string_view to_string(ErrorKind kind);

// `message` follows PostgreSQL's style: lower case, no full stop, names the file and the cause
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

// The system's text for `error_number` (an errno value), e.g. "No such file or directory".
std::string system_message(int error_number);

// What usually helps against `error_number`, for the causes that an administrator can mend (no
// space, read-only file system, permission, too many open files); "" for others.
std::string system_hint(int error_number);

// The same where no process or thread could be started: EAGAIN is the limit of processes there, and
// only there.
std::string start_hint(int error_number);

// Throws Error{kStorage, "<what>: <system_message>"} with system_hint().
[[noreturn]] void throw_system_error(const std::string& what, int error_number);

}  // namespace walstow
