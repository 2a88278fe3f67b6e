// Chooses the files to archive while the server waits for another one. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "proto/wal/file_name.h"

namespace walstow {

// `ready`: the files that wait, in the order of ready_files(). Returns the files that the server
// will pass after `own`, at most `limit` of them. They can be archived while the server waits for
// `own`.
//
// Returns none if `own` has no ".ready" itself: then the server did not make the call. Also returns
// none if `own` is a timeline history file, which must be in the archive before any segment of its
// timeline.
std::vector<WalFileName> choose_ahead(const std::vector<WalFileName>& ready, const WalFileName& own,
                                      std::size_t limit);

}  // namespace walstow
