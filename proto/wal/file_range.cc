#include "proto/wal/file_range.h"

namespace walstow {

bool FileRange::holds(std::string_view stored) const {
  if (timeline && !stored.starts_with(to_hex8(*timeline))) return false;
  if (from && stored < from->text()) return false;
  return !ends_before(stored);
}

bool FileRange::ends_before(std::string_view stored) const {
  return to && stored > to->text() && !stored.starts_with(to->text());
}

}  // namespace walstow
