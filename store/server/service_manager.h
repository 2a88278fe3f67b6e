// Notifies a service manager (systemd) by the protocol of sd_notify(3): a datagram to the socket
// that $NOTIFY_SOCKET names. This does not use libsystemd, which would add a shared library with
// four others to an executable that also starts once for each segment (walstowd --stdio). Without
// the variable it sends nothing.
//
// Errors are not reported: a service manager that does not listen is no reason to stop serving. A
// message waits at most a second. Threads: any.
#pragma once

#include <optional>
#include <string>

#include "proto/base/deadline.h"

namespace walstow {

class ServiceManager {
 public:
  // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and removes them from the environment, so
  // that no child can notify for this process. Call it before there are other threads.
  ServiceManager();

  void ready() const;
  void reloading() const;  // call ready() when the reload is done
  void stopping() const;
  void alive() const;
  void status(const std::string& text) const;  // one line, for `systemctl status`

  // Half of the interval in which the manager expects alive(). nullopt: it expects none.
  std::optional<Duration> alive_interval() const { return alive_interval_; }

 private:
  void send(const std::string& message) const;

  std::string socket_;  // "" if there is none; a first '@' means the abstract name space
  std::optional<Duration> alive_interval_;
};

}  // namespace walstow
