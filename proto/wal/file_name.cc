#include "proto/wal/file_name.h"

#include <charconv>
#include <fmt/format.h>

namespace walstow {
namespace {

constexpr std::size_t kSegmentTextSize = 24;  // XLOG_FNAME_LEN
constexpr std::string_view kPartialSuffix = ".partial";
constexpr std::string_view kHistorySuffix = ".history";
constexpr std::string_view kBackupSuffix = ".backup";

// PostgreSQL writes names with %08X and accepts nothing else. A lower-case form of a name would be
// a second object for the same segment.
std::optional<std::uint32_t> parse_hex8(std::string_view digits) {
  if (digits.size() != 8 || digits.find_first_not_of("0123456789ABCDEF") != digits.npos) {
    return std::nullopt;
  }
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

// The text after the 24 digits determines the kind.
std::optional<FileKind> kind_of_suffix(std::string_view suffix) {
  if (suffix.empty()) return FileKind::kSegment;
  if (suffix == kPartialSuffix) return FileKind::kPartial;
  // ".00000028.backup": the offset of the backup's start in the segment.
  if (suffix.size() == 9 + kBackupSuffix.size() && suffix.front() == '.' &&
      parse_hex8(suffix.substr(1, 8)) && suffix.ends_with(kBackupSuffix)) {
    return FileKind::kBackup;
  }
  return std::nullopt;
}

}  // namespace

std::optional<WalFileName> WalFileName::parse(std::string_view text) {
  if (text.size() < 8 || text.size() > kLongestFileName) return std::nullopt;
  const auto timeline = parse_hex8(text.substr(0, 8));
  if (!timeline || *timeline == 0) return std::nullopt;

  WalFileName name;
  name.timeline_ = Timeline{*timeline};
  name.text_ = text;
  if (text.substr(8) == kHistorySuffix) {
    name.kind_ = FileKind::kHistory;
    return name;
  }
  if (text.size() < kSegmentTextSize) return std::nullopt;
  const auto log = parse_hex8(text.substr(8, 8));
  const auto low = parse_hex8(text.substr(16, 8));
  const auto kind = kind_of_suffix(text.substr(kSegmentTextSize));
  if (!log || !low || !kind) return std::nullopt;
  name.kind_ = *kind;
  name.log_ = *log;
  name.low_ = *low;
  return name;
}

WalFileName WalFileName::segment(Timeline timeline, SegmentNumber number, SegmentSize size) {
  WalFileName name;
  name.kind_ = FileKind::kSegment;
  name.timeline_ = timeline;
  name.log_ = static_cast<std::uint32_t>(number.value / size.segments_per_log());
  name.low_ = static_cast<std::uint32_t>(number.value % size.segments_per_log());
  name.text_ = fmt::format("{:08X}{:08X}{:08X}", timeline.value, name.log_, name.low_);
  return name;
}

WalFileName WalFileName::history(Timeline timeline) {
  WalFileName name;
  name.kind_ = FileKind::kHistory;
  name.timeline_ = timeline;
  name.text_ = to_hex8(timeline).append(kHistorySuffix);
  return name;
}

bool WalFileName::fits(SegmentSize size) const {
  return kind_ == FileKind::kHistory || low_ < size.segments_per_log();
}

SegmentNumber WalFileName::number(SegmentSize size) const {
  return SegmentNumber{std::uint64_t{log_} * size.segments_per_log() + low_};
}

std::string_view to_string(FileKind kind) {
  switch (kind) {
    case FileKind::kSegment:
      return "segment";
    case FileKind::kPartial:
      return "partial segment";
    case FileKind::kHistory:
      return "timeline history file";
    case FileKind::kBackup:
      return "backup history file";
  }
  return "WAL file";
}

}  // namespace walstow
