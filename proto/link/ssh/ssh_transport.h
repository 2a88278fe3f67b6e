// A transport over the standard streams of a program that a remote sshd started (ssh_client.h).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proto/base/error.h"
#include "proto/link/byte_stream.h"
#include "proto/link/ssh/ssh_session.h"

namespace walstow {

// Only one read or write at a time is possible: libssh2 has one state for both directions. The
// transport is unusable after cancel().
std::unique_ptr<Transport> make_ssh_transport(std::unique_ptr<SshSession> session);

// Explains a failure from the remote end's own output: an answer that is not HTTP, or the text that
// its program wrote to its standard error before it exited. Returns nullopt if the output explains
// nothing. Pure.
struct SshLastWords {
  std::string answer;  // the beginning of the answer
  std::string errors;  // its standard error
  int exit_code = 0;
};
std::optional<Error> explain_last_words(const std::string& store, const SshLastWords& words);

}  // namespace walstow
