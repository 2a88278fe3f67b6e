// The clients that may open timelines in a cluster: the requests in both directions, and the
// answer's body.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/base/utc_time.h"
#include "proto/http/target.h"
#include "proto/wire/command.h"

namespace walstow {

// Make and parse "any", or names separated by ',' that do not include "any". The outer nullopt
// means that the text is neither of these.
std::string to_new_timelines_text(const std::optional<ClientNames>& clients);
std::optional<std::optional<ClientNames>> parse_new_timelines(std::string_view text);

struct NewTimelinesReport {
  std::optional<ClientNames> clients;  // nullopt: any
  std::string by;                      // the client that set it; "" if it was never set
  Time set;
  bool operator==(const NewTimelinesReport&) const = default;
};
std::string to_json(const NewTimelinesReport& report);
// Throws Error{kUnavailable} for any other body.
NewTimelinesReport parse_new_timelines_report(std::string_view body);

RequestHead request_for(const SetNewTimelines& set);
RequestHead request_for(const ShowNewTimelines& show);
// Returns nullopt if the path belongs to another kind of request, or the method does not fit the
// path.
std::optional<OrRefusal<Command>> parse_new_timelines_request(const RequestHead& request,
                                                              const std::string& cluster,
                                                              const Target& target);

}  // namespace walstow
