// The times of segments, as the answer to ListTimes. The rules for this body are those of report.h.
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wal/segment_times.h"

namespace walstow {

struct TimesReport {
  std::string era;
  std::string name;  // of a segment
  // `known` in it is also false for an object that could not be read.
  SegmentTimes times;
  bool operator==(const TimesReport&) const = default;
};
struct TimesPage {
  std::vector<TimesReport> segments;  // in the order of a list
  std::string next;                   // the `after` of the next page; "" on the last page
  bool operator==(const TimesPage&) const = default;
};

std::string to_json(const TimesPage& page);
// One segment as a line, with its newline: the page's body is not longer than the sum of these.
std::string to_json(const TimesReport& report);
// Throws Error{kUnavailable} for any other body.
TimesPage parse_times_page(std::string_view body);

// The members of one SegmentTimes. The archive's records use the same form (store/inventory).
boost::json::object times_object(const SegmentTimes& times);
// Returns nullopt for any other object. Ignores unknown members.
std::optional<SegmentTimes> read_times(const boost::json::object& object);

}  // namespace walstow
