// Contents that came under a name that is taken, and an administrator's decision between them.
//
// A put that is refused for its content is kept, undecided: PostgreSQL puts the same file again and
// again, and does not get past it. To accept one content of a file means: that one has the name
// from now on, and every other one is settled, kept for good and acknowledged when it is put again.
// So no server waits after a decision, whichever way it went.
//
// Each step of a decision leaves everything in place, and doing it again completes it: the content
// that gives up the name is kept, durably, before; the name goes from one object to the other in
// one step. Blocking. Errors: as store/backend/backend.h.
#pragma once

#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/archive/archive.h"

namespace walstow {

// Newest era first. Of one file: with its incomplete pieces, and each segment compared with the one
// that stands.
std::vector<ConflictReport> list_conflicts(const Archive& archive, const ListConflicts& list);

// False: nothing is kept, and nothing stands, with such a digest. Throws Error{kRefused} where the
// digits are those of two contents.
bool accept_content(Archive& archive, const AcceptContent& accept);

}  // namespace walstow
