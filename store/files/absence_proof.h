// The proof that a file is in no era of an archive, and what its absence means
// (store/inventory/absence.h).
//
// It is established by asking the backend in this very call, never from a catalog or an earlier
// answer, and by two kinds of questions: what opens under a key, and what a list of keys has. Where
// the two disagree (a bucket's list that lags behind, a file system's cache of absent names, a
// folder that is being moved) nothing is proven, and that is an Error, never an absence. Last of
// all the archive's marker and the eras' folders are looked at again: an archive that went away
// meanwhile would have shown an empty one.
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
  std::optional<Tombstone> tombstone;  // of kPruned
  std::optional<WalFileName> later;    // of kHole, where it is a file of the same timeline
};

// `file` (a segment or a history file) was not found in any of `eras`, which are all eras of one
// system identifier and segment size, at least one. Blocking. Throws Error{kUnavailable} where what
// the backend says contradicts itself, and as store/backend/backend.h.
ProvenAbsence prove_absence(const Archive& archive, const std::string& cluster,
                            const std::vector<EraName>& eras, const WalFileName& file);

}  // namespace walstow
