// Selects files of a cluster: those of one timeline, or from one name to another. Pure. Both ends
// and every list use it, so a range has the same meaning everywhere.
#pragma once

#include <optional>
#include <string_view>

#include "proto/wal/file_name.h"

namespace walstow {

// Names are compared as texts. That is the order of the log: by timeline, then by position, and
// files that belong to a segment (.backup, .partial) right after it. Both ends are included, with
// all files that belong to them: `to` 0000...0A includes 0000...0A.partial.
struct FileRange {
  std::optional<Timeline> timeline;
  std::optional<WalFileName> from, to;

  // `stored` is a file's name as stored, possibly ".partial.0123456789ab".
  bool holds(std::string_view stored) const;
  // Returns whether `stored` lies after the range; false for files before it.
  bool ends_before(std::string_view stored) const;
  bool is_everything() const { return !timeline && !from && !to; }
  bool operator==(const FileRange&) const = default;
};

}  // namespace walstow
