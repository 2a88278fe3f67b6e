// The segments between two positions of a log, as a person names them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/admin/log/log_parts.h"

namespace walstow {

// Each end is the name of a segment, or an LSN. The range includes the segment of `from`, and every
// byte before `to`.
struct RangeText {
  std::string from, to;
  std::optional<Timeline> timeline = {};  // nullopt: that of the file `to`, or the newest one
};

// The most segments in one range: 16 TB of segments of 16 MB. More is most likely a mistake.
inline constexpr std::uint64_t kMostSegmentsOfRange = 1'000'000;

// Returns whether a text has the form of an end of a range.
bool is_end_of_range(const std::string& text);

// Returns the log from `from` to `to`, the oldest timeline first. If the history of the oldest
// timeline above 1 is missing, its parent is unknown: then the log begins with the first segment of
// that timeline which the archive has, unless `from` is later. Throws Error{kUsage} if an end is
// neither a segment nor an LSN, if `from` is not a part of the log that leads to `to`, or if the
// range is longer than kMostSegmentsOfRange.
std::vector<LogPart> parts_between(const EraReport& era, const RangeText& range);

}  // namespace walstow
