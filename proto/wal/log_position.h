// A place in the log as a person names it: a file of it, or an LSN. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/wal/file_name.h"
#include "proto/wal/lsn.h"

namespace walstow {

class LogPosition {
 public:
  explicit LogPosition(WalFileName file) : file_(std::move(file)) {}  // no kHistory
  explicit LogPosition(Lsn lsn) : lsn_(lsn) {}
  // "000000010000000A000000FF" (a .partial or .backup of it, too), "A/FF000028".
  static std::optional<LogPosition> parse(std::string_view text);

  // Of a file's name only.
  std::optional<Timeline> timeline() const;
  // nullopt: a name that no file of this size has.
  std::optional<SegmentNumber> segment(SegmentSize size) const;
  std::string text() const;

  friend bool operator==(const LogPosition&, const LogPosition&) = default;

 private:
  std::optional<WalFileName> file_;
  Lsn lsn_;
};

}  // namespace walstow
