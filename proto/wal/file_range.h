// Which files of a cluster a question is about: those of one timeline, or from one name to another.
// Pure; both ends and every list use it, so that a range means the same everywhere.
#pragma once

#include <optional>
#include <string_view>

#include "proto/wal/file_name.h"

namespace walstow {

// Names are compared as texts, which is the order of the log: by timeline, then by place, and what
// belongs to a segment (.backup, .partial) right after it. Both ends are included, with all that
// belongs to them: `to` 0000...0A takes 0000...0A.partial along.
struct FileRange {
  std::optional<Timeline> timeline;
  std::optional<WalFileName> from, to;

  // `stored` is a file's name as it is stored: ".partial.0123456789ab" is possible.
  bool holds(std::string_view stored) const;
  // No file is beyond the range for being before it.
  bool ends_before(std::string_view stored) const;
  bool is_everything() const { return !timeline && !from && !to; }
  bool operator==(const FileRange&) const = default;
};

}  // namespace walstow
