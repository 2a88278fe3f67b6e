// Follows the log from segment to segment while their objects are verified, to check records that
// begin in one segment and end in a later one. Blocking; for one thread. Errors: as
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
  // `archive` and the text of `cluster` outlive this object. `until`: see add().
  LogWalk(const Archive& archive, std::string_view cluster, Deadline until)
      : archive_(archive), cluster_(cluster), until_(until) {}

  // Adds a whole segment, with its edges. Returns what is wrong where it joins the previous
  // segment, as one clause that names the files on both sides, either of which may be damaged. "":
  // nothing is wrong, or it is unknown. If the previous segment was not the last one added, it is
  // read: from the segment's own timeline, or from the one where that timeline began. If a record
  // passes through all of that segment, earlier ones are read, too, until `until` passes; without
  // the record's beginning nothing is known about that record.
  std::string add(const PromisedObject& segment, const SegmentEdges& edges);

  // The stored bytes of the objects that add() has read.
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
  std::optional<PromisedObject> last_;  // the last segment that was added to records_
  RecordsAcrossSegments records_;
};

}  // namespace walstow
