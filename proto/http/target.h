// The parts of a request's target. Private to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace walstow {

struct Target {
  std::vector<std::string> path;                           // decoded; "/v1/clusters" has two parts
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
};

// Returns nullopt if `text` is not an absolute path with an optional query, or is badly encoded.
std::optional<Target> parse_target(std::string_view text);

}  // namespace walstow
