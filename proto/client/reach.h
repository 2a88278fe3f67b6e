// How the reader of a message reaches the archive that this process uses (proto/base/suggestion.h).
#pragma once

#include <string>

#include "proto/base/suggestion.h"
#include "proto/program/settings.h"

namespace walstow {

// For a process with client_settings(). Returns the settings file and each of those settings that
// only this process received, by options or the environment (WALSTOW_*): another process needs
// them, too. Paths are absolute. AWS_* variables are left out: they may be secrets, which do not
// belong on a command line. Only an archive in S3 that is used without a daemon needs them.
Reach reach_of(const Settings& settings);

// For the store itself: a reader on its host names the archive. "": the archive is unknown.
Reach reach_of_archive(const std::string& archive);

}  // namespace walstow
