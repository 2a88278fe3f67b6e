#include "proto/wal/log_position.h"

namespace walstow {

std::optional<LogPosition> LogPosition::parse(std::string_view text) {
  if (auto file = WalFileName::parse(text)) {
    if (file->kind() == FileKind::kHistory) return std::nullopt;
    return LogPosition(*std::move(file));
  }
  if (const auto lsn = parse_lsn(text)) return LogPosition(*lsn);
  return std::nullopt;
}

std::optional<Timeline> LogPosition::timeline() const {
  return file_ ? std::optional(file_->timeline()) : std::nullopt;
}

std::optional<SegmentNumber> LogPosition::segment(SegmentSize size) const {
  if (!file_) return segment_of(lsn_, size);
  if (!file_->fits(size)) return std::nullopt;
  return file_->number(size);
}

std::string LogPosition::text() const {
  return file_ ? file_->text() : to_string(lsn_);
}

}  // namespace walstow
