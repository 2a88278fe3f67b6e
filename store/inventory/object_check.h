// Checks that one stored object is whole, and belongs to its key. Blocking.
#pragma once

#include <optional>
#include <string>

#include "proto/wal/segment_end.h"
#include "proto/wire/command.h"
#include "proto/wire/verify_report.h"
#include "store/archive/archive.h"
#include "store/archive/layout.h"
#include "store/inventory/file_list.h"
#include "store/inventory/times_record.h"

namespace walstow {

// The properties that a key promises of its object.
struct PromisedObject {
  EraName era;
  WalFileName file;
  // The digits of the digest in the key; "" if the key contains none.
  std::string digits;
  enum class Part { kWhole, kPiece } part = Part::kWhole;
  std::string name;  // as stored
};
// Returns nullopt if the key does not belong to an object.
std::optional<PromisedObject> promised_by(std::string_view cluster, const KeyRange& keys,
                                          const std::string& key);

struct ObjectProblem {
  VerifyProblem::Kind kind = VerifyProblem::Kind::kDamaged;
  std::string text;  // one clause
};
struct ObjectCheck {
  std::optional<ObjectProblem> problem;
  // Set for a whole segment whose content was checked.
  std::optional<SegmentEnd> end;
  std::optional<SegmentEdges> edges;
  std::optional<TimesEntry> times;
};
// Reads `source` to its end. Throws Error{kStorage} if it cannot be read.
ObjectCheck check_object(ObjectSource& source, const PromisedObject& promised,
                         VerifyFiles::Depth depth);

}  // namespace walstow
