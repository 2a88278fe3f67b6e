// Notifies a service manager (systemd) by the protocol of sd_notify(3): a datagram to the socket
// that $NOTIFY_SOCKET names. It does not use libsystemd, which would add five shared libraries to
// an executable that also starts once for each segment (walstowd --stdio). Without the variable, it
// sends nothing.
//
// It does not report errors: a service manager that does not listen is not a reason to stop
// serving. Sending a message takes at most a second. Threads: any.
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

  // Returns half of the interval in which the manager expects alive(), or nullopt if it expects no
  // alive().
  std::optional<Duration> alive_interval() const { return alive_interval_; }

 private:
  void send(const std::string& message) const;

  // "" if there is no such variable. A leading '@' means the abstract namespace.
  std::string socket_;
  std::optional<Duration> alive_interval_;
};

}  // namespace walstow
