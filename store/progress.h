// How far a long command has got, for a person at a terminal: one line on standard error that is
// written over. Programs and logs never see it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace walstow {

struct Progress {
  std::uint64_t objects = 0, bytes = 0;        // done
  std::optional<std::uint64_t> total_objects;  // nullopt: nobody knows
  std::uint64_t total_bytes = 0;
  std::chrono::duration<double> elapsed{};
};

// At most 79 columns, without a line's end: "[####....]  50%  1234 objects  5.6 GB  98.1 MB/s  0:42
// left". Pure.
std::string progress_text(const Progress& progress);
// "0:42", "1:02:03".
std::string duration_text(std::chrono::duration<double> duration);

class ProgressLine {
 public:
  // Shows nothing unless standard error is a terminal.
  ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { clear(); }

  void show(const Progress& progress);
  // To be called before anything else is printed.
  void clear();

 private:
  bool is_terminal_;
  std::size_t shown_ = 0;  // columns
};

}  // namespace walstow
