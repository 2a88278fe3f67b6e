// The proof that a file is in no era of an archive, and the meaning of its absence
// (store/inventory/absence.h).
//
// The proof asks the backend during this call, and never uses a catalog or an earlier answer. It
// combines two kinds of questions: what opens under a key, and what a list of keys contains. Where
// the two disagree, nothing is proven, and that is an Error, never an absence. They disagree for a
// bucket's list that lags behind, a file system's cache of absent names, or a folder that is being
// moved. At the end it checks the archive's marker and the eras' folders again: an archive that
// disappeared meanwhile would have looked empty.
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
  std::optional<WalFileName> later;    // for kHole, if it is a file of the same timeline
};

// Call when `file` (a segment or a history file) was not found in any of `eras`. These are all eras
// of one system identifier and segment size, at least one. Blocking. Throws Error{kUnavailable} if
// the backend's answers contradict each other, and as store/backend/backend.h.
ProvenAbsence prove_absence(const Archive& archive, const std::string& cluster,
                            const std::vector<EraName>& eras, const WalFileName& file);

}  // namespace walstow
