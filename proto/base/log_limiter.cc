#include "proto/base/log_limiter.h"

#include <fmt/format.h>

namespace walstow {

void LogLimiter::line(const std::string& cause, LogLevel level, std::string_view message,
                      std::string_view hint) {
  report_left_out();
  if (admits(cause, Clock::now())) log_line(level, message, hint);
}

void LogLimiter::report_left_out() {
  for (const LeftOut& one : end_windows(Clock::now())) {
    log_line(LogLevel::kWarning,
             fmt::format("{} more lines about {} were left out", one.lines, one.cause));
  }
}

bool LogLimiter::admits(const std::string& cause, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  auto window = windows_.find(cause);
  if (window == windows_.end()) {
    const bool full = windows_.size() >= kMostCauses;
    window = windows_.try_emplace(full ? "others" : cause, Window{.end = now + kWindow}).first;
  }
  return ++window->second.lines <= kLines;
}

std::vector<LogLimiter::LeftOut> LogLimiter::end_windows(Clock::time_point now) {
  std::vector<LeftOut> left_out;
  const std::lock_guard lock(mutex_);
  for (auto window = windows_.begin(); window != windows_.end();) {
    if (now < window->second.end) {
      ++window;
      continue;
    }
    if (window->second.lines > kLines) {
      left_out.push_back({.cause = window->first, .lines = window->second.lines - kLines});
    }
    window = windows_.erase(window);
  }
  return left_out;
}

}  // namespace walstow
