// The client's end of the ssh link. The store's host runs an sshd, which starts `walstowd --stdio`
// when this client presents its key. This link has the same protocol and guarantees as every other
// one.
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
  // An absolute path, or "" for the archive in the remote walstowd's settings. A forced command
  // overrides it.
  std::string archive;
  std::string identity;     // the file of a private key, or kSshAgent; "": ssh's default files
  std::string agent;        // an agent's socket; "": the socket in SSH_AUTH_SOCK
  std::string known_hosts;  // a file; "": the files that ssh reads
};

inline constexpr std::string_view kSshAgent = "agent";  // a value of SshStore::identity

// Connects to one store, any number of times. One thread at a time may use it; it cannot be moved.
class SshClient {
 public:
  // Reads the files of keys and hosts. Throws Error{kUsage} if there is no key at all, or for the
  // reasons that read_ssh_key_file() lists.
  explicit SshClient(SshStore store);
  SshClient(const SshClient&) = delete;
  SshClient& operator=(const SshClient&) = delete;

  // On return, the host has presented one of its known keys, has accepted the client's key, and is
  // starting a program. Only the first answer shows whether that program is a walstowd. Throws
  // Error{kUnavailable} and Error{kTimeout}.
  boost::asio::awaitable<std::unique_ptr<Transport>> connect(boost::asio::any_io_executor executor,
                                                             Deadline deadline);

 private:
  class Attempt;

  void read_known_hosts();
  void choose_key();

  SshStore store_;
  std::string name_;        // "user@host:port"
  std::string hosts_file_;  // the file to which a line for the host should be added
  std::vector<KnownKey> known_;
  std::optional<SshKeyFile> key_;   // nullopt if the agent has the key
  std::optional<SshRsaKey> rsa_;    // the same key, if it is an RSA key
  std::string agent_;               // the agent's socket, if key_ is nullopt
  std::optional<Error> not_taken_;  // why the login failed in an earlier attempt
};

// Returns the command that the remote sshd is asked to run. sshd runs it only for a key without a
// forced command. Internal; declared for its test.
std::string remote_command(const std::string& archive);

}  // namespace walstow
