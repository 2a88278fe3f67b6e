// Asks the kernel about the state of its clock. Changes nothing. Threads: any.
#pragma once

namespace walstow {

enum class ClockSync {
  // A program (NTP, PTP) synchronizes the clock.
  kSynchronized,
  // No program synchronizes the clock, or none has done so since the host started.
  kUnsynchronized,
  kUnknown,  // the kernel does not report the state
};
ClockSync kernel_clock_sync();

}  // namespace walstow
