// The answer to a put: its report, with a warning if the file may be of no use, or may lead others
// astray.
//
// Blocking. Errors: as for Upload in store/files/reply.h. A comparison that fails is logged, and
// does not fail the put.
#pragma once

#include <optional>
#include <string>

#include "proto/wal/timeline_history.h"
#include "proto/wire/report.h"
#include "store/files/placement.h"
#include "store/files/put_file.h"
#include "store/files/reply.h"

namespace walstow {

// The object must exist before these functions read the floors of prunes, as for every registration
// of a consumer (store/retention/holds_and_backups.cc).

PutReport report_of(const PutContext& context, const EraName& era, const PlacedFile& placed);

// `broken` describes where the log of a segment breaks off; "": it does not. `opened` is the new
// history that the put has added.
Reply reply_to(const PutContext& context, const EraName& era, const Placement& placement,
               const std::string& broken = {}, const std::optional<TimelineHistory>& opened = {});

}  // namespace walstow
