// Whether one stored object is whole, and the object of its key. Blocking.
#pragma once

#include <optional>
#include <string>

#include "proto/wal/segment_end.h"
#include "proto/wire/command.h"
#include "proto/wire/verify_report.h"
#include "store/archive/archive.h"
#include "store/archive/layout.h"
#include "store/inventory/file_list.h"

namespace walstow {

// What a key promises of the object that has it.
struct PromisedObject {
  EraName era;
  WalFileName file;
  std::string digits;  // of its digest, as the key has them; "" where the key has none
  enum class Part { kWhole, kPiece } part = Part::kWhole;
  std::string name;  // as it is stored
};
// nullopt: the key is no object's.
std::optional<PromisedObject> promised_by(std::string_view cluster, const KeyRange& keys,
                                          const std::string& key);

struct ObjectProblem {
  VerifyProblem::Kind kind = VerifyProblem::Kind::kDamaged;
  std::string text;  // one clause
};
struct ObjectCheck {
  std::optional<ObjectProblem> problem;
  // Of a whole segment, when its content was looked at.
  std::optional<SegmentEnd> end;
  std::optional<SegmentEdges> edges;
};
// Reads `source` to its end. Throws Error{kStorage} when it cannot be read.
ObjectCheck check_object(ObjectSource& source, const PromisedObject& promised,
                         VerifyFiles::Depth depth);

}  // namespace walstow
