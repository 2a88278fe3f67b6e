// Selects files of a cluster: the files of one timeline, or the files from one name to another.
// Pure. Client and store both use this code for every list, so a range has the same meaning
// everywhere.
#pragma once

#include <optional>
#include <string_view>

#include "proto/wal/file_name.h"

namespace walstow {

// Names are compared as strings. This gives the order of the log: by timeline, then by position. A
// segment's own files (.backup, .partial) follow the segment directly. The range includes both
// ends, with all files that belong to them: if `to` is 0000...0A, the range includes
// 0000...0A.partial.
struct FileRange {
  std::optional<Timeline> timeline;
  std::optional<WalFileName> from, to;

  // `stored` is a file's name as stored, possibly ".partial.0123456789ab".
  bool holds(std::string_view stored) const;
  // Returns whether the whole range lies before `stored`.
  bool ends_before(std::string_view stored) const;
  bool is_everything() const { return !timeline && !from && !to; }
  bool operator==(const FileRange&) const = default;
};

}  // namespace walstow
