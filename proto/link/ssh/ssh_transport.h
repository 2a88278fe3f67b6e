// A transport over the standard streams of a program that an sshd has started (ssh_client.h).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proto/base/error.h"
#include "proto/link/byte_stream.h"
#include "proto/link/ssh/ssh_session.h"

namespace walstow {

// One read or write at a time: libssh2 has one state for both ways. After cancel() it is of no
// further use.
std::unique_ptr<Transport> make_ssh_transport(std::unique_ptr<SshSession> session);

// What went wrong, where the far end's own words say it: it is not HTTP that it answered, or its
// program has ended with words on its standard error. nullopt: they say nothing. Pure.
struct SshLastWords {
  std::string answer;  // the beginning of what it has answered
  std::string errors;  // its standard error
  int exit_code = 0;
};
std::optional<Error> explain_last_words(const std::string& store, const SshLastWords& words);

}  // namespace walstow
