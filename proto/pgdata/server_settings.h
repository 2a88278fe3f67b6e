// The settings of a server. The server's own program prints each of them (postgres -C). It reads
// the files and options with which the server was last started, so no connection to the server is
// needed. The result includes changes that the running server applies only after a reload or a
// restart.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/deadline.h"

namespace walstow {

// Parses postmaster.opts. Returns the server's program and its options. Returns nothing if `text`
// is not in the form that PostgreSQL writes (src/backend/postmaster/postmaster.c,
// CreateOptsFile()). Pure.
std::vector<std::string> parse_postmaster_options(std::string_view text);

// Returns the value of `name` in `text`, the content of a recovery.conf. Before PostgreSQL 12, that
// file contains the settings of a recovery. Names are compared without case. If several lines set
// `name`, the last one counts. Pure.
std::optional<std::string> recovery_conf_value(std::string_view text, std::string_view name);

// The settings that matter to an archive, by name. A name is absent if this release of PostgreSQL
// has no such setting.
using ServerSettings = std::map<std::string, std::string, std::less<>>;

// Call it with the data directory as the working folder, in a process of the directory's owner.
// Throws Error{kStorage} if the server was never started, if it was started with a relative path
// that cannot be resolved now, or if its program fails or does not end in time.
ServerSettings read_server_settings(Deadline deadline);

}  // namespace walstow
