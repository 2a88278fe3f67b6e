// Verifies that an archive contains the bytes that were put into it. Blocking.
//
// Each request verifies a page: a bounded number of objects in a bounded time. So every wait for an
// answer keeps its deadline, and an interrupted request loses nothing. All bytes are read from the
// backend during the call. Errors: as in store/backend/backend.h. A fault in one object's bytes is
// a problem in the page, never an Error.
#pragma once

#include <string>
#include <string_view>

#include "proto/wire/command.h"
#include "proto/wire/verify_report.h"
#include "store/archive/archive.h"
#include "store/inventory/times_index.h"

namespace walstow {

// The index remembers the times of segments whose content was checked.
VerifyPage verify_files(const Archive& archive, TimesIndex& index, const VerifyFiles& verify);

// Quarantines a damaged object on behalf of `client`. The result is durable on return. Reads the
// object once more during this call. Does not quarantine an object whose absence would be taken for
// an end of the log: a segment without another segment before or after it on its timeline. Nor does
// it quarantine any history file, because without it PostgreSQL would take its timeline for an
// unused one.
SetAsideReport set_aside(const Archive& archive, const SetAside& aside, std::string_view client);

}  // namespace walstow
