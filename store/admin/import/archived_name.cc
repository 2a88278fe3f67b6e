#include "store/admin/import/archived_name.h"

#include <algorithm>
#include <array>

namespace walstow {
namespace {

// The lengths of the names of a backup history file, .partial, segment and history, longest first.
constexpr std::array<std::size_t, 4> kNameSizes{40, 32, 24, 16};
constexpr std::array<std::string_view, 3> kCompressed{".gz", ".lz4", ".zst"};
constexpr std::string_view kPartial = ".partial";
constexpr std::size_t kSha1Digits = 40;

std::optional<WalFileName> take_file(std::string_view& rest) {
  for (const std::size_t size : kNameSizes) {
    if (rest.size() < size) continue;
    if (auto file = WalFileName::parse(rest.substr(0, size))) {
      rest.remove_prefix(size);
      return file;
    }
  }
  return std::nullopt;
}

std::string take_sha1(std::string_view& rest) {
  if (rest.size() <= kSha1Digits || !rest.starts_with('-')) return {};
  const std::string_view digits = rest.substr(1, kSha1Digits);
  if (digits.find_first_not_of("0123456789abcdef") != digits.npos) return {};
  rest.remove_prefix(1 + kSha1Digits);
  return std::string(digits);
}

bool take_compression(std::string_view& rest) {
  const auto* const suffix = std::ranges::find_if(
      kCompressed, [rest](std::string_view one) { return rest.starts_with(one); });
  if (suffix == kCompressed.end()) return false;
  rest.remove_prefix(suffix->size());
  return true;
}

}  // namespace

std::optional<ArchivedName> parse_archived_name(std::string_view name) {
  std::string_view rest = name;
  std::optional<WalFileName> file = take_file(rest);
  if (!file) return std::nullopt;
  ArchivedName archived{.file = *std::move(file), .sha1 = {}, .unknown_suffix = {}};
  const bool is_segment = archived.file.kind() == FileKind::kSegment;
  if (is_segment || archived.file.kind() == FileKind::kPartial) archived.sha1 = take_sha1(rest);
  if (take_compression(rest) && is_segment && rest == kPartial) {
    archived.file = *WalFileName::parse(archived.file.segment_text().append(kPartial));
    rest = {};
  }
  archived.unknown_suffix = rest;
  return archived;
}

bool has_prefixed_name(std::string_view name) {
  if (name.starts_with('.')) return false;
  while (name.size() > kNameSizes.back()) {
    name.remove_prefix(1);
    std::string_view rest = name;
    if (take_file(rest)) return true;
  }
  return false;
}

}  // namespace walstow
