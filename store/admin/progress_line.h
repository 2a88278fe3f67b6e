// Shows the progress of a long command to a user at a terminal: one line on standard error that is
// overwritten. Programs and logs never see it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace walstow {

struct Progress {
  std::uint64_t objects = 0, bytes = 0;        // amount done so far
  std::optional<std::uint64_t> total_objects;  // nullopt: the totals are unknown
  std::uint64_t total_bytes = 0;
  std::chrono::duration<double> elapsed{};
};

// Returns a text of at most 79 columns, without a line end: "[####....] 50% 1234 objects 5.6 GB
// 98.1 MB/s 0:42 left". Pure.
std::string progress_text(const Progress& progress);
// Returns "0:42" or "1:02:03".
std::string duration_text(std::chrono::duration<double> duration);

// Measures the time from its construction.
class ProgressLine {
 public:
  ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { clear(); }

  // Returns false, for the object's whole life, unless standard error is a terminal. If false,
  // callers need not collect totals.
  bool is_shown() const { return is_terminal_; }
  // Sets the totals, which are unknown until then.
  void expect(std::uint64_t objects, std::uint64_t bytes);
  // Sets the amount that is done.
  void show(std::uint64_t objects, std::uint64_t bytes);
  // Call it before anything else is printed.
  void clear();
  std::chrono::duration<double> elapsed() const {
    return std::chrono::steady_clock::now() - started_;
  }

 private:
  bool is_terminal_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  Progress progress_;
  std::size_t shown_ = 0;  // columns
};

}  // namespace walstow
