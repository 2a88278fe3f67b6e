// What the kernel knows of its own clock. Pure reading, from any thread.
#pragma once

namespace walstow {

enum class ClockSync {
  kSynchronized,    // something (NTP, PTP) steers it
  kUnsynchronized,  // nothing does, or not yet since the start
  kUnknown,         // the kernel does not say
};
ClockSync kernel_clock_sync();

}  // namespace walstow
