#include "proto/base/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace walstow {
namespace {

// How many letters must be changed, added or left out to turn one name into the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t changed = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string> nearest_name(const std::vector<std::string_view>& names,
                                        std::string_view name) {
  const auto distance = [name](std::string_view one) { return edit_distance(one, name); };
  const auto nearest = std::ranges::min_element(names, {}, distance);
  if (nearest == names.end() || distance(*nearest) > 1 + name.size() / 4) return std::nullopt;
  return std::string(*nearest);
}

}  // namespace walstow
