// Runs walstow-archive: parses its command line, and connects the parts of the program.
#pragma once

namespace walstow {

// Returns the exit code for success; throws an Error otherwise. On return, threads that archive
// ahead may still be running (archive.h): the process must exit at once (std::_Exit).
int run_archive(int argc, const char* const* argv);

}  // namespace walstow
