// The versions that arrived under a name already in use, and an administrator's decisions about
// them.
//
// When the store refuses a put, it keeps the refused version, undecided: PostgreSQL puts the same
// file again and again, and no later file until this one succeeds. When an administrator accepts
// one version of a file, that version gets the name. Every other version is settled: the store
// keeps it permanently, and acknowledges it when it is put again. So no server waits after a
// decision, whichever version was accepted.
//
// Every step of a decision leaves a consistent archive, and repeating the decision completes it.
// First the store makes a durable copy of the version that loses the name. Then the name changes
// from one object to the other in one step. Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/archive/archive.h"

namespace walstow {

// The newest era comes first. For a single file, the list includes its incomplete segments, and
// each version of a segment is compared with the existing segment.
std::vector<ConflictReport> list_conflicts(const Archive& archive, const ListConflicts& list);

// Returns false if no version with such a digest exists, neither a kept version nor the one that
// has the name. Throws Error{kRefused} if the digits match two versions.
bool accept_content(Archive& archive, const AcceptContent& accept);

}  // namespace walstow
