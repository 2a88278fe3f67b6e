#include "proto/base/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace walstow {
namespace {

// Counts the typing errors that turn one name into the other; no letter is changed twice ("optimal
// string alignment").
std::size_t count_slips(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before;  // two rows above
  std::vector<std::size_t> above(to.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::vector<std::size_t> row{i + 1};
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t changed = above[j] + (from[i] == to[j] ? 0 : 1);
      row.push_back(std::min({changed, above[j + 1] + 1, row[j] + 1}));
      const bool swapped = i > 0 && j > 0 && from[i] == to[j - 1] && from[i - 1] == to[j];
      if (swapped) row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
    }
    before = std::exchange(above, std::move(row));
  }
  return above.back();
}

}  // namespace

std::optional<std::string> nearest_name(const std::vector<std::string_view>& names,
                                        std::string_view name) {
  return nearest_name(names, name, 1 + name.size() / 4);
}

std::optional<std::string> nearest_name(const std::vector<std::string_view>& names,
                                        std::string_view name, std::size_t most) {
  const auto slips = [name](std::string_view one) { return count_slips(one, name); };
  const auto nearest = std::ranges::min_element(names, {}, slips);
  if (nearest == names.end() || slips(*nearest) > most) return std::nullopt;
  return std::string(*nearest);
}

}  // namespace walstow
