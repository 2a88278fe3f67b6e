// A transport over the standard streams of a program that a remote sshd started (ssh_client.h).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proto/base/error.h"
#include "proto/link/byte_stream.h"
#include "proto/link/ssh/ssh_session.h"

namespace walstow {

// One read or write at a time: libssh2 has one state for both directions. It is unusable after
// cancel().
std::unique_ptr<Transport> make_ssh_transport(std::unique_ptr<SshSession> session);

// Explains a failure by the remote end's own output: its answer is not HTTP, or its program exited
// with text on its standard error. nullopt: its output explains nothing. Pure.
struct SshLastWords {
  std::string answer;  // the beginning of its answer
  std::string errors;  // its standard error
  int exit_code = 0;
};
std::optional<Error> explain_last_words(const std::string& store, const SshLastWords& words);

}  // namespace walstow
