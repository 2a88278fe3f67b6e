// The client's end of the ssh link: the store's host has an sshd, which starts `walstowd --stdio`
// for the key that this client shows. The same protocol and promises as every other link.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/base/error.h"
#include "proto/link/byte_stream.h"
#include "proto/link/ssh/known_hosts.h"
#include "proto/link/ssh/ssh_identity.h"
#include "proto/link/ssh/ssh_rsa_key.h"
#include "proto/link/store_address.h"

namespace walstow {

struct SshStore {
  HostPort at;
  std::string user;
  std::string archive;      // absolute path, or "": that of the far walstowd's own settings. What a
                            // forced command says counts more
  std::string identity;     // a private key's file, kSshAgent, or "": ssh's default files
  std::string agent;        // an agent's socket, or "": the environment's
  std::string known_hosts;  // a file, or "": those that ssh reads
};

inline constexpr std::string_view kSshAgent = "agent";  // as an identity

// Connects to one store, as often as need be. From one thread at a time; stays in its place.
class SshClient {
 public:
  // Reads the files of keys and hosts. Throws Error{kUsage} as read_ssh_key_file(), and where there
  // is no key at all.
  explicit SshClient(SshStore store);
  SshClient(const SshClient&) = delete;
  SshClient& operator=(const SshClient&) = delete;

  // The host has shown a key that is known as its own, and taken ours, and starts a program:
  // whether that is a walstowd shows in its first answer. Throws Error{kUnavailable} and
  // Error{kTimeout}.
  boost::asio::awaitable<std::unique_ptr<Transport>> connect(boost::asio::any_io_executor executor,
                                                             Deadline deadline);

 private:
  class Attempt;

  void read_known_hosts();
  void choose_key();

  SshStore store_;
  std::string name_;        // "user@host:port"
  std::string hosts_file_;  // where a line for the host belongs
  std::vector<KnownKey> known_;
  std::optional<SshKeyFile> key_;   // nullopt: the agent's
  std::optional<SshRsaKey> rsa_;    // the same key, where it is one
  std::string agent_;               // with no key_: the agent's socket
  std::optional<Error> not_taken_;  // why an attempt before was a failed login
};

// What the far end is asked to run, for a key without a forced command. Internal, for its test.
std::string remote_command(const std::string& archive);

}  // namespace walstow
