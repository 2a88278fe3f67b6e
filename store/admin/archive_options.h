// Returns the location of an archive, from an argument of a command of `walstow` that works on the
// archive directly.
#pragma once

#include <string>

#include "store/admin/command_context.h"
#include "store/archive/archive_location.h"

namespace walstow {

inline constexpr Option kStateOption{"--state", "DIR",
                                     "for an archive in S3: the folder on this host for its keys",
                                     ValueType::kFolder};
inline constexpr Option kWalstowdConfigOption{
    "--walstowd-config", "FILE",
    "for an archive in S3: walstowd's settings file, which has those of S3 (default: "
    "/etc/walstow/walstowd.toml)",
    ValueType::kFile};

// walstowd's settings determine how to reach its S3 service. The option --state overrides them if
// the command has it.
ArchiveLocation location_argument(const CommandContext& call, std::string_view name);

}  // namespace walstow
