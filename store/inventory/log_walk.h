// Follows the log from segment to segment while their objects are verified, for the records that
// begin in one of them and end in a later one. Blocking; for one thread. Errors: as
// store/backend/backend.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/base/deadline.h"
#include "proto/wal/record_across_segments.h"
#include "store/archive/archive.h"
#include "store/inventory/object_check.h"

namespace walstow {

class LogWalk {
 public:
  // `archive` and the text of `cluster` outlive it. `until`: see add().
  LogWalk(const Archive& archive, std::string_view cluster, Deadline until)
      : archive_(archive), cluster_(cluster), until_(until) {}

  // A whole segment, with its edges. What is wrong where it joins the log before it, as one clause
  // that names the files on both sides, either of which may be the damaged one; "" for nothing, or
  // where that is not known. Where the segment before was not the last one that came here, it is
  // read: of its own timeline, or of the one that its timeline began on. Where a record goes
  // through all of that one, those before it are read, too, as long as `until` has not passed; of a
  // record whose beginning is not found so nothing is known.
  std::string add(const PromisedObject& segment, const SegmentEdges& edges);

  // Stored bytes of the objects that add() has read.
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  bool has_come_to(const PromisedObject& segment) const;
  void begin_before(const PromisedObject& segment);
  std::optional<PromisedObject> segment_before(const PromisedObject& segment) const;
  std::optional<SegmentEdges> edges_of(const PromisedObject& segment);

  const Archive& archive_;
  std::string_view cluster_;
  const Deadline until_;
  std::uint64_t bytes_read_ = 0;
  std::optional<PromisedObject> last_;  // the segment that records_ has seen last
  RecordsAcrossSegments records_;
};

}  // namespace walstow
