// The names of all files that PostgreSQL archives. Pure; no other code knows these names. Source:
// PostgreSQL src/include/access/xlog_internal.h (IsXLogFileName, IsPartialXLogFileName,
// IsTLHistoryFileName, IsBackupHistoryFileName).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/wal/lsn.h"

namespace walstow {

enum class FileKind {
  kSegment,  // 000000010000000A000000FF
  kPartial,  // 000000010000000A000000FF.partial: the last, unfinished segment of an ended timeline
  kHistory,  // 00000002.history
  kBackup,   // 000000010000000A000000FF.00000028.backup: backup history file
};

// The longest valid name is that of a segment, followed by ".XXXXXXXX.backup".
inline constexpr std::size_t kLongestFileName = 40;

// A syntactically valid name. Whether a segment of that number exists depends on the segment size:
// see fits().
class WalFileName {
 public:
  // Accepts upper-case hex only, exactly as PostgreSQL writes it, and no timeline 0. Returns
  // nullopt if `text` is not a WAL file's name (a path, "..", lower case, another length).
  static std::optional<WalFileName> parse(std::string_view text);
  static WalFileName segment(Timeline timeline, SegmentNumber number, SegmentSize size);
  static WalFileName history(Timeline timeline);

  FileKind kind() const { return kind_; }
  Timeline timeline() const { return timeline_; }
  const std::string& text() const { return text_; }

  // The name of the segment, for all kinds but kHistory: "000000010000000A000000FF" for each of the
  // names above.
  std::string segment_text() const { return text_.substr(0, 24); }
  // Returns whether the last 8 digits of the segment's name are below segments_per_log(). Returns
  // true for kHistory.
  bool fits(SegmentSize size) const;
  // Call it only if fits(size).
  SegmentNumber number(SegmentSize size) const;

  friend bool operator==(const WalFileName& a, const WalFileName& b) { return a.text_ == b.text_; }

 private:
  WalFileName() = default;
  FileKind kind_ = FileKind::kSegment;
  Timeline timeline_;
  std::uint32_t log_ = 0;
  std::uint32_t low_ = 0;
  std::string text_;
};

std::string_view to_string(
    FileKind kind);  // "segment", "partial segment", "timeline history file", ...

}  // namespace walstow
