// One SSH connection, from a socket that stands to one program on the far host: libssh2, without
// blocking. The only file that knows it.
//
// Coroutines and calls from one thread at a time. No wait in here has a deadline of its own:
// whoever waits cancels the socket (StreamTimeout), which ends it with Error{kUnavailable}.
// Errors: Error{kUnavailable} with what libssh2 says, in the words of "no SSH connection with ...".
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/identity/ssh_public_key.h"
#include "proto/link/socket_transport.h"

namespace walstow {

class SshSession final : public SocketSession {
 public:
  // `store` names the far end in messages.
  SshSession(boost::asio::ip::tcp::socket socket, std::string store);
  // Says farewell where that takes no wait.
  ~SshSession() override;

  boost::asio::ip::tcp::socket& socket() override;

  // The far end has proved that it holds host_key(). Which keys are the right ones the caller
  // knows.
  boost::asio::awaitable<void> handshake(std::vector<std::string> host_key_types);
  SshPublicKey host_key() const;
  // After a handshake that failed: the sshd accepts nothing from this host for some time, because
  // of failed logins before.
  bool penalised() const;

  // False: the far end does not let this key in. `private_key`: the text of a key file that is not
  // protected by a passphrase.
  boost::asio::awaitable<bool> authenticate(std::string user, std::string private_key);
  // Signs what it is given: the bare signature, without the type in front that an agent's has.
  using Signer =
      std::function<boost::asio::awaitable<std::vector<std::byte>>(std::vector<std::byte> data)>;
  boost::asio::awaitable<bool> authenticate(std::string user, SshPublicKey key, Signer sign);

  // Has the far end run `command` (or what its administrator has put in the place of it).
  boost::asio::awaitable<void> execute(std::string command);

  // --- the program's streams, once it was started: nothing here waits ---
  // The end comes when the program has ended, and with it all that it had to say.
  Attempt read(MutableByteView out) override;
  Attempt write(ByteView bytes) override;
  // What read() has given so far: the first few hundred bytes.
  const std::string& beginning() const { return beginning_; }
  // What the program has written to its standard error so far: the first few kilobytes.
  const std::string& errors() const { return errors_; }
  // Of a program that has ended; 0 also where a signal ended it.
  int exit_code() const;

 private:
  struct Handles;
  Attempt blocked();
  template <class Step>
  boost::asio::awaitable<int> run(Step step);
  [[noreturn]] void fail(std::string_view doing, int code) const;
  std::string_view banner() const;
  void refuse_without_banner() const;
  bool accepted(int code) const;
  bool far_end_is_behind();
  bool closed();
  std::size_t window_left();
  bool waits_to_write() const;
  void collect_errors();
  Attempt read_output(MutableByteView out);
  Attempt at_end();

  std::unique_ptr<Handles> handles_;
  std::string store_;
  std::string beginning_;
  std::string errors_;
  bool packet_begun_ = false;  // libssh2 holds the rest of a packet of this write
  std::size_t window_ = 0;     // what the far end takes in bytes when it holds none
};

}  // namespace walstow
