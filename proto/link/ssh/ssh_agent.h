// A client for ssh-agent: lists the agent's keys and requests signatures
// (draft-ietf-sshm-ssh-agent). libssh2 also has such a client, but it waits for the agent without a
// limit.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/deadline.h"
#include "proto/identity/ssh_public_key.h"
#include "proto/link/byte_stream.h"

namespace walstow {

// Errors: Error{kUnavailable}; Error{kTimeout} at the deadline.
class SshAgent {
 public:
  // `socket` is the path of the agent's socket.
  SshAgent(boost::asio::any_io_executor executor, std::string socket, Deadline deadline);

  boost::asio::awaitable<std::vector<SshPublicKey>> keys();
  // Returns the bare signature, which the agent makes with the algorithm of ssh_signature_type().
  boost::asio::awaitable<std::vector<std::byte>> sign(SshPublicKey key,
                                                      std::vector<std::byte> data);

 private:
  boost::asio::awaitable<std::vector<std::byte>> ask(std::vector<std::byte> request);

  [[noreturn]] void fail(const std::string& why) const;

  std::string path_;
  ByteStream stream_;
};

}  // namespace walstow
