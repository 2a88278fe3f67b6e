#include "archiver/ready_files.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

namespace walstow {
namespace {

constexpr const char* kStatusFolder = "archive_status";
constexpr std::string_view kReady = ".ready";

bool is_history(const WalFileName& name) {
  return name.kind() == FileKind::kHistory;
}

bool asked_for_before(const WalFileName& one, const WalFileName& other) {
  if (is_history(one) != is_history(other)) return is_history(one);
  return one.text() < other.text();
}

}  // namespace

std::vector<WalFileName> ready_files(FileSystem& wal_folder) {
  std::vector<WalFileName> ready;
  for (const std::string_view name :
       wal_folder.list(kStatusFolder).value_or(std::vector<std::string>())) {
    if (!name.ends_with(kReady)) continue;
    auto file = WalFileName::parse(name.substr(0, name.size() - kReady.size()));
    if (file) ready.push_back(*std::move(file));
  }
  std::ranges::sort(ready, asked_for_before);
  return ready;
}

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
