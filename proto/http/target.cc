#include "proto/http/target.h"

#include "proto/http/http.h"

namespace walstow {
namespace {

// Takes the part before `separator` (or everything) from the front of `rest`, with the separator.
// Returns whether there was something left to take.
bool take_part(std::optional<std::string_view>& rest, char separator, std::string_view& part) {
  if (!rest) return false;
  const std::size_t end = rest->find(separator);
  part = rest->substr(0, end);
  if (end == std::string_view::npos) {
    rest.reset();
  } else {
    rest->remove_prefix(end + 1);
  }
  return true;
}

bool parse_query(std::string_view text, Target& target) {
  std::optional<std::string_view> rest = text;
  std::string_view pair;
  while (take_part(rest, '&', pair)) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return false;
    auto name = percent_decoded(pair.substr(0, equals));
    auto value = percent_decoded(pair.substr(equals + 1));
    if (!name || !value) return false;
    target.query.emplace_back(std::move(*name), std::move(*value));
  }
  return true;
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
  if (!text.starts_with('/')) return std::nullopt;
  Target target;
  const std::size_t question = text.find('?');
  std::optional<std::string_view> rest = text.substr(1, question - 1);
  std::string_view part;
  while (take_part(rest, '/', part)) {
    auto decoded = percent_decoded(part);
    if (!decoded) return std::nullopt;
    target.path.push_back(std::move(*decoded));
  }
  if (question != std::string_view::npos && !parse_query(text.substr(question + 1), target)) {
    return std::nullopt;
  }
  return target;
}

}  // namespace walstow
