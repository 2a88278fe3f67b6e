// A position in the log as people write it: one of its files, or an LSN. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/wal/file_name.h"
#include "proto/wal/lsn.h"

namespace walstow {

class LogPosition {
 public:
  explicit LogPosition(WalFileName file) : file_(std::move(file)) {}  // not kHistory
  explicit LogPosition(Lsn lsn) : lsn_(lsn) {}
  // Accepts "000000010000000A000000FF" (also the name of a .partial or .backup of that segment) and
  // "A/FF000028".
  static std::optional<LogPosition> parse(std::string_view text);

  // nullopt for an LSN: only a file's name contains the timeline.
  std::optional<Timeline> timeline() const;
  // Returns nullopt if no file of this segment size has such a name.
  std::optional<SegmentNumber> segment(SegmentSize size) const;
  std::string text() const;

  friend bool operator==(const LogPosition&, const LogPosition&) = default;

 private:
  std::optional<WalFileName> file_;
  Lsn lsn_;
};

}  // namespace walstow
