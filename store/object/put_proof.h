// The proof of a put: what lies in the staged object is read back, unfolded and compared with what
// its own header says. It goes along while the rest of the body arrives, so that at the end only
// the last piece is left of it.
//
// Threads: examine() may run beside read_back() and beside writes to the object; every other member
// by itself, and read_back() never beside a write.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>

#include "proto/base/buffer.h"
#include "proto/wal/segment_end.h"
#include "store/object/examine_object.h"

namespace walstow {

class PutProof {
 public:
  // The object outlives this.
  PutProof(StagedObject& staged, const WalFileName& file);

  // Reads the next of what was written back, kChunkSize bytes at most, unless what was read before
  // still waits to be examined. Throws as ObjectSource::read().
  void read_back();
  // Examines what was read back. What is wrong is told by finish().
  void examine();
  // Reads back and examines all that is left.
  Examined finish();

  // Of the whole file, after finish().
  const ContentCheck& content() const { return content_; }
  SegmentEnd end() const { return end_.end(); }        // a segment's
  SegmentEdges edges() const { return end_.edges(); }  // likewise

 private:
  struct Piece {
    Buffer buffer;
    std::size_t size = 0;
  };

  std::unique_ptr<ObjectSource> back_;
  bool is_segment_;
  ContentCheck content_;
  SegmentEndFinder end_;
  ObjectExaminer examiner_;

  std::mutex mutex_;
  std::optional<Piece> waiting_;  // read back, not examined; guarded by mutex_
  Piece spare_;                   // guarded by mutex_
};

}  // namespace walstow
