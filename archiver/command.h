// The command line of walstow-archive, and the wiring of what it asks for.
#pragma once

namespace walstow {

// The exit code of a success; everything else is an Error. On return threads may be at work still
// that archive ahead (archive.h): the process must end at once (std::_Exit).
int run_archive(int argc, const char* const* argv);

}  // namespace walstow
