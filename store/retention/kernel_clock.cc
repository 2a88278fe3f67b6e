#include "store/retention/kernel_clock.h"

#include <sys/timex.h>

namespace walstow {

ClockSync kernel_clock_sync() {
  timex state{};  // no modes: sets nothing, so it needs no privilege
  if (adjtimex(&state) == -1) return ClockSync::kUnknown;  // a sandbox forbids it
  return (state.status & STA_UNSYNC) != 0 ? ClockSync::kUnsynchronized : ClockSync::kSynchronized;
}

}  // namespace walstow
