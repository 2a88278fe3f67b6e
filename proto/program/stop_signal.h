// Signals that end a long command early, at a place from which it can be continued.
#pragma once

namespace walstow {

// From now on, SIGINT, SIGTERM and SIGHUP are only recorded. A second signal ends the process at
// once, if it arrives more than a second after the first one.
void catch_stop_signals();

// Returns whether a signal has arrived.
bool is_stopped();

// Ends the process by the signal that has arrived, so that its caller sees the signal. Returns if
// there was none.
void end_by_stop_signal();

}  // namespace walstow
