#include "store/retention/kernel_clock.h"

#include <sys/timex.h>

namespace walstow {

ClockSync kernel_clock_sync() {
  timex state{};  // no modes: nothing is set, so no privilege is needed
  if (adjtimex(&state) == -1) return ClockSync::kUnknown;  // a sandbox that forbids it
  return (state.status & STA_UNSYNC) != 0 ? ClockSync::kUnsynchronized : ClockSync::kSynchronized;
}

}  // namespace walstow
