// The options with which commands select a part of a cluster.
#pragma once

#include "proto/wal/file_range.h"
#include "store/admin/command_context.h"

namespace walstow {

inline constexpr Option kTimelineOption{"--timeline", "NUMBER", "only files of this timeline"};
inline constexpr Option kFromOption{"--from", "FILE", "only from this file on"};
inline constexpr Option kToOption{"--to", "FILE", "only up to this file"};

// Returns the value of --timeline, or nullopt if it is not given. Throws Error{kUsage}.
std::optional<Timeline> timeline_option(const CommandContext& call);

// Returns the range that these options select. Throws Error{kUsage}.
FileRange range_of(const CommandContext& call);

}  // namespace walstow
