#include "proto/program/stop_signal.h"

#include <csignal>
#include <ctime>
#include <initializer_list>

namespace walstow {
namespace {

volatile std::sig_atomic_t stop_signal = 0;
volatile std::sig_atomic_t second_of_signal = 0;

// timeout(1) and a terminal may send one signal twice at once: to the process, and to its group.
constexpr std::sig_atomic_t kOneSignal = 1;  // seconds

void note_signal(int number) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto second = static_cast<std::sig_atomic_t>(now.tv_sec);
  if (stop_signal != 0 && second - second_of_signal > kOneSignal) {
    std::signal(number, SIG_DFL);
    std::raise(number);  // it arrives when this handler returns
    return;
  }
  if (stop_signal == 0) second_of_signal = second;
  stop_signal = number;
}

}  // namespace

void catch_stop_signals() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    std::signal(number, note_signal);
}

bool is_stopped() {
  return stop_signal != 0;
}

void end_by_stop_signal() {
  if (!is_stopped()) return;
  const int number = stop_signal;
  std::signal(number, SIG_DFL);
  std::raise(number);
}

}  // namespace walstow
