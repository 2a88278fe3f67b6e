#include "proto/base/signals.h"

#include <csignal>
#include <initializer_list>
#include <sys/prctl.h>

namespace walstow {

void set_command_signals() {
  // Cannot fail: these are signals that a process may handle.
  for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP})
    std::signal(number, SIG_DFL);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void end_with_parent() {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // cannot fail: the signal is a valid one
}

}  // namespace walstow
