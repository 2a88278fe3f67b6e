#include "proto/link/ssh/ssh_agent.h"

#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "proto/base/descriptor.h"
#include "proto/base/error.h"
#include "proto/link/descriptor_transport.h"
#include "proto/link/ssh/openssh_key.h"
#include "proto/link/ssh/ssh_key_types.h"

namespace walstow {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::byte kRequestIdentities{11};
constexpr std::byte kIdentitiesAnswer{12};
constexpr std::byte kSignRequest{13};
constexpr std::byte kSignResponse{14};
constexpr std::uint32_t kRsaSha2_512 = 4;  // a flag of kSignRequest

// OpenSSH's limit.
constexpr std::uint32_t kLongestAnswer = 256U * 1024;

constexpr const char* kHint =
    "Start an ssh-agent that has the key, and set \"ssh.agent\" to the path of its socket.";

Descriptor connect_agent(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    throw Error(ErrorKind::kUsage, fmt::format("path \"{}\" is too long for a socket", path),
                kHint);
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // A Unix socket connects at once or not at all.
  if (!descriptor || ::connect(descriptor.get(), reinterpret_cast<const sockaddr*>(&address),
                               sizeof address) != 0) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("could not connect to the ssh-agent at \"{}\": {}", path,
                            system_message(errno)),
                kHint);
  }
  return descriptor;
}

}  // namespace

SshAgent::SshAgent(asio::any_io_executor executor, std::string socket, Deadline deadline)
    : path_(std::move(socket)),
      stream_(make_descriptor_transport(executor, connect_agent(path_), {})) {
  stream_.set_deadline(deadline);
}

void SshAgent::fail(const std::string& why) const {
  if (stream_.expired()) {
    throw Error(ErrorKind::kTimeout,
                fmt::format("timed out while waiting for the ssh-agent at \"{}\"", path_), kHint);
  }
  throw Error(ErrorKind::kUnavailable, fmt::format("the ssh-agent at \"{}\" {}", path_, why),
              kHint);
}

asio::awaitable<std::vector<std::byte>> SshAgent::ask(std::vector<std::byte> request) {
  std::vector<std::byte> framed;
  append_ssh_string(framed, request);
  error_code error;
  co_await asio::async_write(stream_, asio::buffer(framed),
                             asio::redirect_error(asio::use_awaitable, error));
  if (error) fail("closed the connection");
  std::vector<std::byte> answer(4);
  co_await asio::async_read(stream_, asio::buffer(answer),
                            asio::redirect_error(asio::use_awaitable, error));
  if (error) fail("closed the connection");
  const std::uint32_t size = SshFields(answer).number().value_or(0);
  if (size == 0 || size > kLongestAnswer) fail("sent a malformed answer");
  answer.resize(size);
  co_await asio::async_read(stream_, asio::buffer(answer),
                            asio::redirect_error(asio::use_awaitable, error));
  if (error) fail("closed the connection");
  co_return answer;
}

asio::awaitable<std::vector<SshPublicKey>> SshAgent::keys() {
  std::vector<std::byte> request{kRequestIdentities};
  const std::vector<std::byte> reply = co_await ask(std::move(request));
  if (reply.front() != kIdentitiesAnswer) fail("does not list its keys");
  SshFields answer(ByteView(reply).subspan(1));
  std::vector<SshPublicKey> keys;
  for (std::uint32_t left = answer.number().value_or(0); left > 0; --left) {
    const auto blob = answer.string();
    if (!blob || !answer.string()) fail("sent a malformed answer");
    const auto type = ssh_key_type(*blob);
    if (type) keys.push_back({.type = std::string(*type), .blob = {blob->begin(), blob->end()}});
  }
  co_return keys;
}

asio::awaitable<std::vector<std::byte>> SshAgent::sign(SshPublicKey key,
                                                       std::vector<std::byte> data) {
  const std::string type = ssh_signature_type(key.type);
  std::vector<std::byte> request{kSignRequest};
  append_ssh_string(request, key.blob);
  append_ssh_string(request, data);
  append_ssh_number(request, type == key.type ? 0 : kRsaSha2_512);
  const std::vector<std::byte> reply = co_await ask(std::move(request));
  if (reply.front() != kSignResponse)
    fail(fmt::format("does not sign with key {}", ssh_fingerprint(key.blob)));
  const auto signature = SshFields(ByteView(reply).subspan(1)).string();
  if (!signature) fail("sent a malformed answer");
  SshFields parts(*signature);
  const auto made = parts.string();
  const auto bare = parts.string();
  if (!made || as_text(*made) != type || !bare || bare->empty()) {
    fail("made a different kind of signature from the one requested");
  }
  co_return std::vector<std::byte>(bare->begin(), bare->end());
}

}  // namespace walstow
