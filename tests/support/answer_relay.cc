#include "tests/support/answer_relay.h"

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace walstow {
namespace {

constexpr int kPollMilliseconds = 50;
constexpr int kEvery = 3;
constexpr std::chrono::milliseconds kBetweenBytes{20};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

}  // namespace

AnswerRelay::AnswerRelay(const std::string& endpoint, Fault fault)
    : service_port_(
          static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)))),
      fault_(fault),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_.get(), 64) != 0 ||
      ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no relay");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept(); });
}

AnswerRelay::~AnswerRelay() {
  ending_ = true;
  acceptor_.join();
  for (std::thread& relay : relays_)
    relay.join();
}

void AnswerRelay::accept() {
  while (!ending_) {
    pollfd wait{.fd = listener_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, kPollMilliseconds) <= 0) continue;
    const int client = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const std::lock_guard lock(mutex_);
    relays_.emplace_back([this, client] { relay(client); });
  }
}

void AnswerRelay::relay(int client_number) {
  const Descriptor client(client_number);
  const Descriptor service(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(service_port_);
  if (::connect(service.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return;
  }
  std::array<char, 65536> bytes{};
  bool loses = false;  // the answer to the current request
  while (!ending_) {
    std::array<pollfd, 2> wait{pollfd{.fd = client.get(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = service.get(), .events = POLLIN, .revents = 0}};
    if (::poll(wait.data(), wait.size(), kPollMilliseconds) <= 0) continue;
    if (wait[0].revents != 0) {
      const ssize_t size = ::recv(client.get(), bytes.data(), bytes.size(), 0);
      if (size <= 0) return;
      const std::string_view sent(bytes.data(), static_cast<std::size_t>(size));
      // A request always begins a received piece: the client sends the next one only after the
      // answer.
      if (sent.starts_with("PUT ")) loses = ++puts_ % kEvery == 0;
      if (!send_all(service.get(), sent)) return;
    }
    if (wait[1].revents != 0) {
      const ssize_t size = ::recv(service.get(), bytes.data(), bytes.size(), 0);
      if (size <= 0) return;
      const std::string_view answer(bytes.data(), static_cast<std::size_t>(size));
      if (fault_ == Fault::kTrickling) {
        if (!trickle(client.get(), answer)) return;
        continue;
      }
      if (loses) return;
      if (!send_all(client.get(), answer)) return;
    }
  }
}

// The service sends a head in one piece, so a piece without one at its start is all body.
bool AnswerRelay::trickle(int client, std::string_view answer) {
  constexpr std::string_view kHeadEnd = "\r\n\r\n";
  const bool has_head = answer.starts_with("HTTP/");
  const std::size_t end = has_head ? answer.find(kHeadEnd) : std::string_view::npos;
  const std::size_t head = end == std::string_view::npos ? 0 : end + kHeadEnd.size();
  if (!send_all(client, answer.substr(0, head))) return false;
  for (std::size_t at = head; at < answer.size() && !ending_; ++at) {
    std::this_thread::sleep_for(kBetweenBytes);
    if (!send_all(client, answer.substr(at, 1))) return false;
  }
  return true;
}

}  // namespace walstow
