// The proof of a put: it reads the staged object back, decompresses it and compares it with the
// object's own header. It runs while the rest of the body arrives, so that little remains to be
// done at the end.
//
// Threads: examine() may run at the same time as read_back() and as writes to the object. All other
// members run alone, and read_back() never runs during a write.
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
  // The object must outlive this proof.
  PutProof(StagedObject& staged, const WalFileName& file);

  // Reads back the next bytes that were written, at most kChunkSize, unless the previous ones have
  // not been examined yet. Throws what ObjectSource::read() throws.
  void read_back();
  // Examines the bytes that were read back. finish() reports faults.
  void examine();
  // Reads back and examines all frames, after they were written. Returns the SHA-256 of the bytes
  // that were read back, for the object's trailer. If damage was found, returns any digest.
  Sha256Digest finish_frames();
  // Reads back and examines all remaining bytes.
  Examined finish();

  // The check of the whole file, valid after finish().
  const ContentCheck& content() const { return content_; }
  SegmentEnd end() const { return end_.end(); }        // for a segment
  SegmentEdges edges() const { return end_.edges(); }  // for a segment
  SegmentTimes times() const { return end_.times(); }  // for a segment

 private:
  void examine_all();

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
  std::optional<Piece> waiting_;  // bytes that were read back, but not examined; guarded by mutex_
  Piece spare_;                   // guarded by mutex_
};

}  // namespace walstow
