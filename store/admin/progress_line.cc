#include "store/admin/progress_line.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

#include "proto/base/size_text.h"

namespace walstow {
namespace {

constexpr std::size_t kBar = 16;  // characters
constexpr std::size_t kBarColumns =
    79;  // a terminal of 80 columns would begin a new line after the last one

// By the two kinds of work: many small objects, and the bytes of large ones.
double share_of(const Progress& progress) {
  const auto share = [](std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
  };
  const double objects = share(progress.objects, progress.total_objects.value_or(0));
  const double bytes = share(progress.bytes, progress.total_bytes);
  return std::clamp((objects + bytes) / 2, 0.0, 1.0);
}

}  // namespace

std::string duration_text(std::chrono::duration<double> duration) {
  const auto seconds = static_cast<std::uint64_t>(std::max(0.0, duration.count()));
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string progress_text(const Progress& progress) {
  const double seconds = std::max(progress.elapsed.count(), 0.001);
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(progress.bytes) / seconds);
  std::string text = fmt::format("{} objects  {}  {}/s", progress.objects,
                                 size_text(progress.bytes), size_text(rate));
  if (progress.total_objects) {
    const double share = share_of(progress);
    const auto full = static_cast<std::size_t>(share * kBar);
    text = fmt::format("[{}{}] {:3.0f}%  {}", std::string(full, '#'), std::string(kBar - full, '.'),
                       share * 100, text);
    if (share > 0) {
      const double left = progress.elapsed.count() * (1 - share) / share;
      text += fmt::format("  {} left", duration_text(std::chrono::duration<double>(left)));
    }
  }
  return text.substr(0, kBarColumns);
}

ProgressLine::ProgressLine() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressLine::expect(std::uint64_t objects, std::uint64_t bytes) {
  progress_.total_objects = objects;
  progress_.total_bytes = bytes;
}

void ProgressLine::show(std::uint64_t objects, std::uint64_t bytes) {
  if (!is_terminal_) return;
  progress_.objects = objects;
  progress_.bytes = bytes;
  progress_.elapsed = elapsed();
  const std::string text = progress_text(progress_);
  // A failure to show it does not matter.
  std::fprintf(stderr, "\r%-*s", static_cast<int>(shown_), text.c_str());
  std::fflush(stderr);
  shown_ = text.size();
}

void ProgressLine::clear() {
  if (shown_ == 0) return;
  std::fprintf(stderr, "\r%*s\r", static_cast<int>(shown_), "");
  std::fflush(stderr);
  shown_ = 0;
}

}  // namespace walstow
