#include <fmt/format.h>
#include <limits>

#include "proto/base/bytes.h"
#include "proto/wal/lsn.h"
#include "proto/wire/refusal.h"

namespace walstow {

std::string to_string(const EraName& era) {
  return fmt::format("{:03}-{}-{}", era.number, era.system_identifier, era.segment_size);
}

std::optional<EraName> parse_era_name(std::string_view text) {
  const std::size_t first = text.find('-');
  const std::size_t last = text.rfind('-');
  if (first == std::string_view::npos || first == last) return std::nullopt;

  std::string_view number_text = text.substr(0, first);
  number_text.remove_prefix(std::min(number_text.find_first_not_of('0'), number_text.size()));
  const auto number = parse_decimal(number_text);
  const auto system = parse_decimal(text.substr(first + 1, last - first - 1));
  const auto size = parse_decimal(text.substr(last + 1));
  if (!number || *number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  if (!system || *system == 0) return std::nullopt;
  const auto segment_size = size ? SegmentSize::from_bytes(*size) : std::nullopt;
  if (!segment_size) return std::nullopt;

  const EraName era{static_cast<std::uint32_t>(*number), *system, segment_size->bytes()};
  // Only one spelling is valid: the name is a part of keys.
  if (to_string(era) != text) return std::nullopt;
  return era;
}

}  // namespace walstow
