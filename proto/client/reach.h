// How the reader of a message reaches the archive that this process uses (proto/base/suggestion.h).
#pragma once

#include <string>

#include "proto/base/suggestion.h"
#include "proto/program/settings.h"

namespace walstow {

// For a process that uses client_settings(). The result contains the settings file, and the
// settings that come from this process's own options or environment variables (WALSTOW_*): another
// process needs them, too, to reach the archive. Paths are absolute. AWS_* variables are left out:
// they may be secrets, which do not belong on a command line. They are needed only for an archive
// in S3 that is used without a daemon.
Reach reach_of(const Settings& settings);

// Used for messages of the store itself. A reader on the store's host passes the archive with
// --store. "" means that the archive is unknown.
Reach reach_of_archive(const std::string& archive);

}  // namespace walstow
