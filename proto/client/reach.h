// How the reader of a message gets to the archive that this process asks (proto/base/suggestion.h).
#pragma once

#include <string>

#include "proto/base/suggestion.h"
#include "proto/program/settings.h"

namespace walstow {

// Of a process with client_settings(): the settings file and every setting of theirs that were
// given to it alone, by options or the environment (WALSTOW_*), so that another process needs them
// too. Paths are absolute. AWS_* are not carried over: they may be secrets, which belong on no
// command line, and only an archive in S3 that is asked without a daemon needs them.
Reach reach_of(const Settings& settings);

// Of the store itself: whoever is on its host names the archive. "": nobody knows which one it is.
Reach reach_of_archive(const std::string& archive);

}  // namespace walstow
