// Follows the log from segment to segment while their objects are verified, to check records that
// begin in one segment and end in a later one. Blocking. Only one thread may use it. Errors: as in
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
  // `archive` and the text of `cluster` must outlive this object. add() explains `until`.
  LogWalk(const Archive& archive, std::string_view cluster, Deadline until)
      : archive_(archive), cluster_(cluster), until_(until) {}

  // Adds a whole segment, with its edges. Returns what is wrong at the boundary to the previous
  // segment, as one clause that names the files on both sides. Either may be damaged.
  // Returns "" if nothing is wrong, or if that is unknown. If the last added segment is not the
  // previous one, add() reads the previous segment, which is on the same timeline or on the parent
  // timeline. If a record passes through all of the previous segment, earlier ones are also read,
  // until `until` passes. Without the beginning of the record, nothing is known about it.
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
