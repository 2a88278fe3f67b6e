#include "proto/wal/backup_history.h"

#include <fmt/format.h>

namespace walstow {
namespace {

constexpr std::size_t kLongestLabel = 1024;  // MAXPGPATH, PostgreSQL's own limit

struct Location {
  Lsn at;
  Timeline timeline;
};

// "0/8000028 (file 000000010000000000000008)"
std::optional<Location> parse_location(std::string_view text) {
  constexpr std::string_view kFile = " (file ";
  const std::size_t file = text.find(kFile);
  if (file == std::string_view::npos || !text.ends_with(')')) return std::nullopt;
  const auto lsn = parse_lsn(text.substr(0, file));
  text.remove_suffix(1);
  const auto name = WalFileName::parse(text.substr(file + kFile.size()));
  if (!lsn || !name || name->kind() != FileKind::kSegment) return std::nullopt;
  return Location{*lsn, name->timeline()};
}

// "2026-11-22 21:03:41 UTC"
std::optional<Time> parse_time(std::string_view text) {
  constexpr std::size_t kDate = 10, kTime = 8;
  if (text.size() != kDate + 1 + kTime + 4 || text[kDate] != ' ') return std::nullopt;
  const std::string_view zone = text.substr(kDate + 1 + kTime);
  if (zone != " UTC" && zone != " GMT") return std::nullopt;
  std::string iso(text.substr(0, kDate));
  iso.append("T").append(text.substr(kDate + 1, kTime)).append("Z");
  return parse_iso8601(iso);
}

}  // namespace

std::optional<BackupHistory> parse_backup_history(std::string_view content) {
  std::optional<Location> start, stop;
  BackupHistory backup;
  while (!content.empty()) {
    const std::size_t end = content.find('\n');
    const std::string_view line = content.substr(0, end);
    content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = line.substr(colon + 2);
    // The first of each: a label may contain such lines, and comes later.
    if (name == "START WAL LOCATION" && !start) start = parse_location(value);
    if (name == "STOP WAL LOCATION" && !stop) stop = parse_location(value);
    if (name == "LABEL") backup.label = value.substr(0, kLongestLabel);
    if (name == "START TIME") backup.started = parse_time(value);
    if (name == "STOP TIME") backup.stopped = parse_time(value);
  }
  if (!start || !stop || stop->at < start->at) return std::nullopt;
  backup.start = start->at;
  backup.start_timeline = start->timeline;
  backup.stop = stop->at;
  backup.stop_timeline = stop->timeline;
  return backup;
}

std::string compare_with_name(const BackupHistory& backup, const WalFileName& file,
                              SegmentSize size) {
  const auto segment =
      WalFileName::segment(backup.start_timeline, segment_of(backup.start, size), size);
  const std::string own_name =
      fmt::format("{}.{:08X}.backup", segment.text(), backup.start.value % size.bytes());
  if (file.text() == own_name) return {};
  return fmt::format("its START WAL LOCATION is {}, so its name should be {}",
                     to_string(backup.start), own_name);
}

}  // namespace walstow
