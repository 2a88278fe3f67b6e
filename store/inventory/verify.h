// Checks that an archive contains what was put into it. Blocking.
//
// Each request verifies a page: a bounded number of objects in a bounded time. So every wait for an
// answer keeps its deadline, and an interrupted request loses nothing. Everything is read from the
// backend during the call. Errors: as store/backend/backend.h; a fault in one object's bytes is a
// problem in the page, never an Error.
#pragma once

#include <string>
#include <string_view>

#include "proto/wire/command.h"
#include "proto/wire/verify_report.h"
#include "store/archive/archive.h"

namespace walstow {

VerifyPage verify_files(const Archive& archive, const VerifyFiles& verify);

// Quarantines a damaged object, durably, on behalf of `client`; reads it once more during this
// call. Keeps an object whose absence would read as an end of the log: a segment without another
// one before or after it on its timeline. Keeps every history file, since without it PostgreSQL
// would take its timeline for an unused one.
SetAsideReport set_aside(const Archive& archive, const SetAside& aside, std::string_view client);

}  // namespace walstow
