#include "proto/wal/backup_history.h"

namespace walstow {
namespace {

// What follows `name` at the beginning of a line; "" without such a line.
std::string_view value_of(std::string_view content, std::string_view name) {
  while (!content.empty()) {
    const std::size_t end = content.find('\n');
    const std::string_view line = content.substr(0, end);
    if (line.starts_with(name)) return line.substr(name.size());
    if (end == std::string_view::npos) break;
    content.remove_prefix(end + 1);
  }
  return {};
}

// "0/2000028 (file 000000010000000000000002)"
std::optional<Lsn> parse_location(std::string_view text) {
  return parse_lsn(text.substr(0, text.find(' ')));
}

// "2026-11-22 19:40:00 UTC"
std::optional<Time> parse_time(std::string_view text) {
  constexpr std::size_t kDate = 10, kSeconds = 19;
  if (text.size() <= kSeconds) return std::nullopt;
  const std::string_view zone = text.substr(kSeconds);
  if (text[kDate] != ' ' || (zone != " UTC" && zone != " GMT")) return std::nullopt;
  return parse_iso8601(std::string(text.substr(0, kDate)) + "T" +
                       std::string(text.substr(kDate + 1, kSeconds - kDate - 1)) + "Z");
}

}  // namespace

std::optional<BackupHistory> parse_backup_history(std::string_view content) {
  const auto start = parse_location(value_of(content, "START WAL LOCATION: "));
  const auto stop = parse_location(value_of(content, "STOP WAL LOCATION: "));
  if (!start || !stop || *stop < *start) return std::nullopt;
  return BackupHistory{.start = *start,
                       .stop = *stop,
                       .label = std::string(value_of(content, "LABEL: ")),
                       .stopped = parse_time(value_of(content, "STOP TIME: "))};
}

}  // namespace walstow
