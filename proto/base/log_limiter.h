// Limits the log lines that each peer can cause: a few per window, then one line with the number of
// lines that were left out. A peer that is refused a thousand times a second must not fill the
// store's disk or hide important lines.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/base/log.h"

namespace walstow {

class LogLimiter {
 public:
  static constexpr std::size_t kLines = 10;  // lines for each cause in a window
  static constexpr Duration kWindow{10'000};
  // The number of causes that are counted separately at one time. All further causes count as one.
  static constexpr std::size_t kMostCauses = 64;

  LogLimiter() = default;
  LogLimiter(const LogLimiter&) = delete;
  LogLimiter& operator=(const LogLimiter&) = delete;

  // Logs a line that `cause` triggered ("client primary1", "address 10.0.0.7"), unless that cause
  // has used up its share.
  void line(const std::string& cause, LogLevel level, std::string_view message,
            std::string_view hint = {});
  // Logs one line for each cause whose window is over, if lines of that cause were left out.
  void report_left_out();

  // The decisions behind line() and report_left_out().
  bool admits(const std::string& cause, Clock::time_point now);
  struct LeftOut {
    std::string cause;
    std::size_t lines = 0;
  };
  std::vector<LeftOut> end_windows(Clock::time_point now);

 private:
  struct Window {
    Clock::time_point end;
    std::size_t lines = 0;
  };

  std::mutex mutex_;
  std::map<std::string, Window> windows_;  // guarded by mutex_
};

}  // namespace walstow
