#include "store/server/service_manager.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/base/bytes.h"
#include "proto/base/descriptor.h"

namespace walstow {
namespace {

std::string take_variable(const char* name) {
  // Called before there are other threads.
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  std::string text = value != nullptr ? value : "";
  unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
  return text;
}

std::optional<Duration> half_of_watchdog(const std::string& microseconds, const std::string& pid) {
  if (!pid.empty() && pid != std::to_string(getpid())) return std::nullopt;
  const auto number = parse_decimal(microseconds);
  if (!number || *number == 0) return std::nullopt;
  return std::max(Duration(1),
                  std::chrono::duration_cast<Duration>(std::chrono::microseconds(*number / 2)));
}

}  // namespace

ServiceManager::ServiceManager() : socket_(take_variable("NOTIFY_SOCKET")) {
  const std::string microseconds = take_variable("WATCHDOG_USEC");
  alive_interval_ = half_of_watchdog(microseconds, take_variable("WATCHDOG_PID"));
}

void ServiceManager::ready() const {
  send("READY=1");
}
void ServiceManager::stopping() const {
  send("STOPPING=1");
}
void ServiceManager::alive() const {
  send("WATCHDOG=1");
}
void ServiceManager::status(const std::string& text) const {
  send(fmt::format("STATUS={}", text));
}

void ServiceManager::reloading() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::chrono::nanoseconds time =
      std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}",
                   std::chrono::duration_cast<std::chrono::microseconds>(time).count()));
}

void ServiceManager::send(const std::string& message) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) return;
  std::copy(socket_.begin(), socket_.end(), address.sun_path);
  if (socket_[0] == '@') address.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const Descriptor out(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!out) return;
  // The socket may be busy for a moment; the message is not repeated.
  const timeval longest{.tv_sec = 1, .tv_usec = 0};
  setsockopt(out.get(), SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof(longest));
  sendto(out.get(), message.data(), message.size(), MSG_NOSIGNAL,
         reinterpret_cast<const sockaddr*>(&address), length);
}

}  // namespace walstow
