#include "proto/wal/log_place.h"

namespace walstow {

std::optional<LogPlace> LogPlace::parse(std::string_view text) {
  if (auto file = WalFileName::parse(text)) {
    if (file->kind() == FileKind::kHistory) return std::nullopt;
    return LogPlace(*std::move(file));
  }
  if (const auto lsn = parse_lsn(text)) return LogPlace(*lsn);
  return std::nullopt;
}

std::optional<Timeline> LogPlace::timeline() const {
  return file_ ? std::optional(file_->timeline()) : std::nullopt;
}

std::optional<SegmentNumber> LogPlace::segment(SegmentSize size) const {
  if (!file_) return segment_of(lsn_, size);
  if (!file_->fits(size)) return std::nullopt;
  return file_->number(size);
}

std::string LogPlace::text() const {
  return file_ ? file_->text() : to_string(lsn_);
}

}  // namespace walstow
