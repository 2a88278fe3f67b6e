// What a service manager (systemd) wants to hear from a daemon, by the protocol of sd_notify(3): a
// datagram to the socket that $NOTIFY_SOCKET names. libsystemd is not used: it would add a shared
// library with four others behind it to an executable that also starts once for each segment
// (walstowd --stdio). Without the variable nothing is sent.
//
// Errors are not reported: a service manager that does not listen is no reason to stop serving.
// Each message waits a second at most. Threads: any.
#pragma once

#include <optional>
#include <string>

#include "proto/base/deadline.h"

namespace walstow {

class ServiceManager {
 public:
  // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of the environment, so
  // that no child speaks for this process. Before there are other threads.
  ServiceManager();

  void ready() const;
  void reloading() const;  // ready() follows when it is done
  void stopping() const;
  void alive() const;
  void status(const std::string& text) const;  // one line, for `systemctl status`

  // How often alive() is expected, halved to be on the safe side; nullopt: not at all.
  std::optional<Duration> alive_interval() const { return alive_interval_; }

 private:
  void send(const std::string& message) const;

  std::string socket_;  // "" without one; '@' first: in the abstract name space
  std::optional<Duration> alive_interval_;
};

}  // namespace walstow
