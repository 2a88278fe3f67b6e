// One SSH connection, from a connected socket to one program on the remote host. It uses libssh2
// without blocking. Only ssh_session.cc uses libssh2.
//
// One thread at a time may run its coroutines and calls. Its waits have no deadlines of their own.
// To end a wait, the caller cancels the socket (StreamTimeout); the wait then throws
// Error{kUnavailable}. Errors: Error{kUnavailable} with libssh2's message, in the form "no SSH
// connection with ...".
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
  // `store` names the remote end in messages.
  SshSession(boost::asio::ip::tcp::socket socket, std::string store);
  // Sends the disconnect message if it can do so without waiting.
  ~SshSession() override;

  boost::asio::ip::tcp::socket& socket() override;

  // On return, the remote end has proved that it has the private key of host_key(). The caller
  // checks whether that key is the right one.
  boost::asio::awaitable<void> handshake(std::vector<std::string> host_key_types);
  SshPublicKey host_key() const;
  // After a failed handshake: returns whether the sshd rejects this host for some time because of
  // earlier failed logins.
  bool penalised() const;

  // Returns false if the remote end rejects this key. `private_key` is the text of a key file
  // without a passphrase.
  boost::asio::awaitable<bool> authenticate(std::string user, std::string private_key);
  // Signs the given data. Returns the bare signature, without the type that an agent puts before a
  // signature.
  using Signer =
      std::function<boost::asio::awaitable<std::vector<std::byte>>(std::vector<std::byte> data)>;
  boost::asio::awaitable<bool> authenticate(std::string user, SshPublicKey key, Signer sign);

  // Makes the remote end run `command`, or the forced command that its administrator has set
  // instead.
  boost::asio::awaitable<void> execute(std::string command);

  // --- the started program's streams: nothing here waits ---
  // The end of the stream arrives only after the program's exit and all of its output.
  Attempt read(MutableByteView out) override;
  Attempt write(ByteView bytes) override;
  // The first few hundred bytes that read() has returned.
  const std::string& beginning() const { return beginning_; }
  // The first few kilobytes that the program has written to its standard error.
  const std::string& errors() const { return errors_; }
  // The exit code of a program that has ended. It is also 0 if a signal ended the program.
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
  bool packet_begun_ = false;  // libssh2 still has a part of a packet to send
  std::size_t window_ = 0;     // bytes that the remote end accepts when its buffer is empty
};

}  // namespace walstow
