// `walstow get` of a range: the segments between two positions of a log, into a folder or as a tar.
#pragma once

#include "store/admin/command_context.h"

namespace walstow {

inline constexpr Option kIntoOption{
    "--into", "DIR", "get a range: write the segments into this folder", ValueType::kFolder};
inline constexpr Option kTarOption{"--tar", "",
                                   "get a range: write a tar archive to standard output"};
inline constexpr Option kAllowHolesOption{"--allow-holes", "",
                                          "get the rest of a range if segments are missing"};
inline constexpr Option kRangeTimelineOption{
    "--timeline", "NUMBER", "the timeline of a range that ends at an LSN (default: the newest)"};

// Returns whether the call is for a range.
bool is_range(const CommandContext& call);

// With --into, all files of the range are in the folder and durable on success. Each appears
// complete or not at all. Equal existing files are left as they are. If one differs, or if a
// segment is missing and --allow-holes is not given, nothing is written.
int get_range(const CommandContext& call);

}  // namespace walstow
