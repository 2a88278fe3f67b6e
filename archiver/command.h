// The command line of walstow-archive. Wires its parts together.
#pragma once

namespace walstow {

// Returns the exit code of a success; everything else is an Error. On return, threads that archive
// ahead may still be running (archive.h): the process must exit at once (std::_Exit).
int run_archive(int argc, const char* const* argv);

}  // namespace walstow
