// Which segments to fetch before PostgreSQL asks for them: the policy of the prefetcher. Pure.
//
// The window opens behind the segment that was handed over last, on the timeline that is being
// read, and grows with each one that follows: who asks for one segment gets little ahead, who
// catches up gets much. It is bounded in files and in bytes. Where PostgreSQL goes elsewhere
// (backwards, to another timeline), it begins anew there; where it wants the same again, it stays.
#pragma once

#include <cstdint>
#include <optional>

#include "proto/wal/file_name.h"

namespace walstow {

struct PrefetchLimits {
  std::uint64_t files = 0;  // 0, or less than a segment of bytes: nothing is fetched ahead
  std::uint64_t bytes = 0;
};

class PrefetchWindow {
 public:
  PrefetchWindow(SegmentSize segment_size, PrefetchLimits limits);

  // PostgreSQL was handed `segment`, wherever it came from.
  void handed(const WalFileName& segment);
  // What next() returned is being fetched: it returns the one behind it now.
  void started(const WalFileName& segment);
  // The first of those that were started stands ready; without effect for any other.
  void fetched(const WalFileName& segment);
  // The first of those that were started cannot be had: nothing more is wanted until handed() goes
  // on behind it, goes elsewhere, or names the same segment again. Without effect for any other.
  void end(const WalFileName& segment);

  // Which segment to fetch now; nullopt: none. `room` is how many bytes all that is ready, and all
  // that is being fetched, may take.
  std::optional<WalFileName> next(std::uint64_t room) const;
  // end() was called, and counts still.
  bool ended() const { return ended_; }
  // Whether a segment that was fetched is wanted still: PostgreSQL may ask for it.
  bool wants(const WalFileName& segment) const;

 private:
  std::uint64_t ahead() const { return to_start_ - needed_; }
  bool is_next(const WalFileName& segment) const;

  SegmentSize segment_size_;
  std::uint64_t most_ = 0;  // segments
  // All below count once a segment was handed.
  std::optional<Timeline> timeline_;
  std::uint64_t needed_ = 0;    // the segment behind the one that was handed last
  std::uint64_t next_ = 0;      // the first that does not stand ready
  std::uint64_t to_start_ = 0;  // the first that is not being fetched, from next_ on
  std::uint64_t width_ = 0;
  bool ended_ = false;
};

}  // namespace walstow
