// Whether what an archive holds is what was put into it. Blocking.
//
// Each request verifies a page: a bounded number of objects in a bounded time, so that every wait
// for an answer keeps its deadline, and nothing is lost when one is cut. What is read is read from
// the backend in that very call. Errors: as store/backend/backend.h; what one object's bytes have
// to say is a problem of the page, never an Error.
#pragma once

#include <string>
#include <string_view>

#include "proto/wire/command.h"
#include "proto/wire/verify_report.h"
#include "store/archive/archive.h"

namespace walstow {

VerifyPage verify_files(const Archive& archive, const VerifyFiles& verify);

// Takes an object that is damaged (read through once more in this call) from its place, on behalf
// of `client`, durably. One whose absence would read as an end of the log stays: a segment without
// one before or behind it on its timeline, and every history file, since without it PostgreSQL
// would take its timeline for one that nobody has used.
SetAsideReport set_aside(const Archive& archive, const SetAside& aside, std::string_view client);

}  // namespace walstow
