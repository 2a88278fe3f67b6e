// The place of an archive as an argument of a command of `walstow` that works on it directly.
#pragma once

#include <string>

#include "store/admin/command_context.h"
#include "store/archive/archive_location.h"

namespace walstow {

inline constexpr Option kStateOption{"--state", "DIR",
                                     "of an archive in S3: the folder of this host for its keys"};
inline constexpr Option kWalstowdConfigOption{
    "--walstowd-config", "FILE",
    "of an archive in S3: walstowd's settings, which say how S3 is asked (default: "
    "/etc/walstow/walstowd.toml)"};

// walstowd's settings say how its service is asked. The flag --state, where the command has it,
// beats them.
ArchiveLocation location_argument(const CommandContext& call, std::string_view name);

}  // namespace walstow
