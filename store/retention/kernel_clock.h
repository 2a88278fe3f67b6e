// The kernel's knowledge of its own clock. Only reads; any thread.
#pragma once

namespace walstow {

enum class ClockSync {
  kSynchronized,    // something (NTP, PTP) steers it
  kUnsynchronized,  // nothing steers it, or not yet since the start
  kUnknown,         // the kernel does not report it
};
ClockSync kernel_clock_sync();

}  // namespace walstow
