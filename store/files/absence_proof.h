// Proves that a file is in no era of an archive, and determines what its absence means
// (store/inventory/absence.h).
//
// The proof asks the backend during this call, and never uses a catalog or an earlier answer. It
// combines two kinds of questions: which keys can be opened, and which keys a list contains. If the
// two disagree, nothing is proven, and the result is an Error, never an absence. They can disagree
// because a bucket's list lags behind, because a file system caches absent names, or because a
// folder is being moved. At the end, the proof checks the archive's marker and the eras' folders
// again: if the archive had disappeared meanwhile, it would have looked empty.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/archive/archive.h"
#include "store/inventory/absence.h"
#include "store/retention/tombstones.h"

namespace walstow {

struct ProvenAbsence {
  Absence absence;
  std::optional<Tombstone> tombstone;  // for kPruned
  std::optional<WalFileName> later;    // set for kHole if it is a file of the same timeline
};

// Call it when `file` (a segment or a history file) was not found in any of `eras`. These are all
// eras of one system identifier and segment size, at least one. Blocking. Throws
// Error{kUnavailable} if the backend's answers contradict each other. Other errors: as in
// store/backend/backend.h.
ProvenAbsence prove_absence(const Archive& archive, const std::string& cluster,
                            const std::vector<EraName>& eras, const WalFileName& file);

}  // namespace walstow
