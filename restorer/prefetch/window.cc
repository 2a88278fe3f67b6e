#include "restorer/prefetch/window.h"

#include <algorithm>

namespace walstow {
namespace {

constexpr std::uint64_t kFirstWidth = 2;

}  // namespace

PrefetchWindow::PrefetchWindow(SegmentSize segment_size, PrefetchLimits limits)
    : segment_size_(segment_size),
      most_(std::min(limits.files, limits.bytes / segment_size.bytes())) {}

void PrefetchWindow::handed(const WalFileName& segment) {
  const std::uint64_t behind = segment.number(segment_size_).value + 1;
  if (timeline_ == segment.timeline() && behind == needed_) {
    // The same segment again, as a standby requests it at the end of the archive: there may be more
    // now.
    ended_ = false;
    return;
  }
  // In order, even if PostgreSQL did not request one of them.
  const bool follows = timeline_ == segment.timeline() && behind > needed_ && behind <= next_ + 1;
  width_ = std::min(follows ? width_ * 2 : kFirstWidth, most_);
  // After the fetched segments: PostgreSQL got this one in another way, and there may be more to
  // fetch.
  if (!follows || behind > next_) ended_ = false;
  next_ = follows ? std::max(next_, behind) : behind;
  to_start_ = follows ? std::max(next_, to_start_) : behind;
  needed_ = behind;
  timeline_ = segment.timeline();
}

bool PrefetchWindow::is_next(const WalFileName& segment) const {
  return timeline_ == segment.timeline() && segment.number(segment_size_).value == next_;
}

void PrefetchWindow::started(const WalFileName& segment) {
  if (timeline_ == segment.timeline() && segment.number(segment_size_).value == to_start_)
    ++to_start_;
}

void PrefetchWindow::fetched(const WalFileName& segment) {
  if (is_next(segment)) to_start_ = std::max(++next_, to_start_);
}

void PrefetchWindow::end(const WalFileName& segment) {
  if (!is_next(segment)) return;
  ended_ = true;
  to_start_ = next_;
}

std::optional<WalFileName> PrefetchWindow::next(std::uint64_t room) const {
  if (!timeline_ || ended_ || ahead() >= width_) return std::nullopt;
  if (ahead() >= room / segment_size_.bytes()) return std::nullopt;
  return WalFileName::segment(*timeline_, SegmentNumber{to_start_}, segment_size_);
}

bool PrefetchWindow::wants(const WalFileName& segment) const {
  if (timeline_ != segment.timeline() || !segment.fits(segment_size_)) return false;
  const std::uint64_t number = segment.number(segment_size_).value;
  return number >= needed_ && number < next_;
}

}  // namespace walstow
