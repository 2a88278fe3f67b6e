// Lists the files of an era in the order in which a prune removes them. Blocking. Errors: as in
// store/backend/backend.h.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "proto/wal/file_name.h"
#include "store/backend/backend.h"
#include "store/retention/retention_rule.h"

namespace walstow {

// Takes the files of all timelines together, in the order of their segment numbers. So at any
// moment, the remaining files begin at about the same position on every timeline. Keeps one page of
// a list in memory for each timeline.
class OldestFirst {
 public:
  OldestFirst(Backend& backend, const std::string& cluster, const EraName& era,
              const std::vector<TimelineFacts>& timelines);

  struct File {
    std::string key;
    std::uint64_t stored_size = 0;
    StoredFileFacts facts;
  };
  // Returns nullopt if there are no more files below `end`.
  std::optional<File> next(SegmentNumber end);

 private:
  struct Cursor {
    std::string prefix, after = {};
    std::list<File> page = {};
  };
  static SegmentNumber first_of(const Cursor& cursor);
  void fill(Cursor& cursor);

  Backend& backend_;
  std::string cluster_;
  SegmentSize size_;
  std::list<Cursor> cursors_;
};

}  // namespace walstow
