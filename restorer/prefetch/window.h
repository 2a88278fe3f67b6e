// Decides which segments to fetch before PostgreSQL asks for them: the policy of the prefetcher.
// Pure.
//
// The window begins after the last delivered segment, on the timeline that PostgreSQL reads. It
// grows with each further segment that PostgreSQL receives in order. For a server that requests a
// single segment, the prefetcher fetches little. For a server that catches up, it fetches much. The
// window has a limit in files and in bytes. If PostgreSQL continues elsewhere (backwards, on
// another timeline), a new window begins there. If it requests the same segment again, the window
// stays as it is.
#pragma once

#include <cstdint>
#include <optional>

#include "proto/wal/file_name.h"

namespace walstow {

struct PrefetchLimits {
  // If `files` is 0, or `bytes` is less than a segment, nothing is fetched ahead.
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

class PrefetchWindow {
 public:
  PrefetchWindow(SegmentSize segment_size, PrefetchLimits limits);

  // Call it when PostgreSQL has received `segment`, whatever its source.
  void handed(const WalFileName& segment);
  // Call it when the segment from next() is being fetched. After that, next() returns the following
  // one.
  void started(const WalFileName& segment);
  // Call it when the first of the started segments is ready. It has no effect for any other
  // segment.
  void fetched(const WalFileName& segment);
  // Call it when the first of the started segments cannot be fetched. next() then returns nothing
  // until handed() names a later segment, a segment elsewhere, or the same segment again. It has no
  // effect for any other segment.
  void end(const WalFileName& segment);

  // Returns the segment to fetch now, or nullopt if there is none. `room` is the number of bytes
  // that all ready segments, and all segments that are being fetched, may take.
  std::optional<WalFileName> next(std::uint64_t room) const;
  // Returns whether an end() is still in effect.
  bool ended() const { return ended_; }
  // Returns whether PostgreSQL may still ask for a segment that was fetched.
  bool wants(const WalFileName& segment) const;

 private:
  std::uint64_t ahead() const { return to_start_ - needed_; }
  bool is_next(const WalFileName& segment) const;

  SegmentSize segment_size_;
  std::uint64_t most_ = 0;  // segments
  // The members below are meaningful once a segment was delivered.
  std::optional<Timeline> timeline_;
  std::uint64_t needed_ = 0;  // the segment after the last delivered one
  std::uint64_t next_ = 0;    // the first segment that is not ready
  // The first segment after the ready ones that is not being fetched either.
  std::uint64_t to_start_ = 0;
  std::uint64_t width_ = 0;
  bool ended_ = false;
};

}  // namespace walstow
