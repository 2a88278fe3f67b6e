#include "proto/program/signals.h"

#include <csignal>
#include <initializer_list>

namespace walstow {

void set_command_signals() {
  // It cannot fail: a process may handle these signals.
  for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP})
    std::signal(number, SIG_DFL);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace walstow
