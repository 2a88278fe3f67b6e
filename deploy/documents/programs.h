// The four programs, as the documents list them.
//
// walstow-documents, which the build runs and nobody installs, writes the manual pages, the
// completion of bash, and the generated parts of docs/. The programs themselves could print these
// from the same tables, but then each of the four would carry code that no host runs.
#pragma once

#include <vector>

#include "proto/program/command_line.h"

namespace walstow {

std::vector<ProgramSpec> all_programs();

}  // namespace walstow
