// Follows the log from segment to segment while their objects are verified, for the records that
// begin in one of them and end in a later one. Blocking. Errors: as store/backend.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/wal/record_across_segments.h"
#include "store/archive.h"
#include "store/object_check.h"

namespace walstow {

class LogWalk {
 public:
  LogWalk(const Archive& archive, std::string_view cluster)
      : archive_(archive), cluster_(cluster) {}

  // A whole segment, with its edges. What is wrong where it joins the log before it, as one clause;
  // "" for nothing. Where the segment before was not the last one that came here, it is read: of
  // its own timeline, or of the one that its timeline began on.
  std::string add(const PromisedObject& segment, const SegmentEdges& edges);

 private:
  bool has_come_to(const PromisedObject& segment) const;
  void begin_before(const PromisedObject& segment);
  std::optional<PromisedObject> segment_before(const PromisedObject& segment) const;
  std::optional<SegmentEdges> edges_of(const PromisedObject& segment) const;

  const Archive& archive_;
  std::string_view cluster_;
  std::optional<PromisedObject> last_;
  RecordsAcrossSegments records_;
};

}  // namespace walstow
