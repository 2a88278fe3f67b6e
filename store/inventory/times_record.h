// The records that keep the times of segments (proto/wal/segment_times.h), and the entries in them.
// They are derived data: an entry that is absent is read again from its object. An entry contains
// the digest of the content that it was read from. If the segment's content has changed since, its
// digest differs from the entry's, and the entry is ignored.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "proto/codec/digest.h"
#include "proto/wal/segment_times.h"

namespace walstow {

struct TimesEntry {
  Digest digest;  // of the segment
  SegmentTimes times;
  bool operator==(const TimesEntry&) const = default;
};
// By the name of the segment.
using TimesEntries = std::map<std::string, TimesEntry, std::less<>>;

// Returns at most kLargestRecord bytes. If the entries do not fit, because of many restore points,
// leaves out the largest ones.
std::string encode_times(TimesEntries entries);
// `record` is the name of the record for messages. Leaves out invalid entries. Also leaves out an
// entry of a release that its writer did not know, if that writer knew other releases than this
// program. Throws like parse_record().
TimesEntries decode_times(std::string_view content, const std::string& record);

}  // namespace walstow
