#include "archiver/choose_ahead.h"

#include <algorithm>
#include <iterator>

namespace walstow {
namespace {

bool is_history(const WalFileName& name) {
  return name.kind() == FileKind::kHistory;
}

}  // namespace

std::vector<WalFileName> choose_ahead(const std::vector<WalFileName>& ready, const WalFileName& own,
                                      std::size_t limit) {
  if (is_history(own) || std::ranges::any_of(ready, is_history)) return {};
  auto next = std::ranges::find(ready, own);
  if (next == ready.end()) return {};
  ++next;
  const auto count =
      std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(limit), ready.end() - next);
  return {next, next + count};
}

}  // namespace walstow
