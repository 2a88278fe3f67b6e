// Contents that arrived under a name that was taken, and an administrator's decisions about them.
//
// The store keeps the content of a put that it refuses, undecided: PostgreSQL puts the same file
// again and again, and does not get past it. When an administrator accepts one content of a file,
// that content gets the name. Every other content is settled: kept permanently, and acknowledged
// when it is put again. So no server waits after a decision, whichever content won.
//
// Every step of a decision leaves a consistent archive, and repeating the decision completes it.
// The content that loses the name is first kept, durably; then the name changes from one object to
// the other in one step. Blocking. Errors: as store/backend/backend.h.
#pragma once

#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/archive/archive.h"

namespace walstow {

// Newest era first. With a file: also its incomplete contents, and each segment compared with the
// existing one.
std::vector<ConflictReport> list_conflicts(const Archive& archive, const ListConflicts& list);

// False: no content with such a digest exists, neither kept nor under the name. Throws
// Error{kRefused} if the digits match two contents.
bool accept_content(Archive& archive, const AcceptContent& accept);

}  // namespace walstow
