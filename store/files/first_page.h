// Refuses a segment that a server keeps for later use. PostgreSQL renames old segments to future
// names. After a recovery to a target, the renamed file may be from the old timeline, with the very
// address that its new name means. Only its first page's timeline shows that the server has not
// written it (proto/wal/timeline_history.h). No server archives such a file itself, but programs
// that copy pg_wal do.
#pragma once

#include <optional>

#include "proto/wal/lsn.h"
#include "proto/wire/command.h"
#include "store/archive/archive.h"

namespace walstow {

// `put` is a segment or .partial whose content agrees with its name, and `page` is the timeline of
// its first page. Refuses (kBadContent) if `page` is older than the name's timeline, and the
// history of the name's timeline shows that this timeline was not opened inside the segment. If no
// era of the log has that history, accepts the file: it may be a timeline's first segment, which
// arrived before the history. Reads something only if the timelines differ. Blocking. Errors: as in
// store/backend/backend.h.
std::optional<Refusal> refuse_first_page(const Archive& archive, const EraName& era,
                                         const PutFile& put, Timeline page);

}  // namespace walstow
