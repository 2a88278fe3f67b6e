// A cluster's files in order and in pages: for whoever lists or verifies them. Blocking; asks the
// backend in the very call. Errors: as store/backend/backend.h.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/archive/archive.h"

namespace walstow {

// A run of keys that stand one after the other.
struct KeyRange {
  EraName era;
  std::string prefix;
  std::string after;  // no key of the range is at or before it; "" from the prefix on
  enum class Holds { kFiles, kConflicts, kSettled } holds = Holds::kFiles;
};

// In key order: eras from the oldest on, within one of them the history files before the others.
std::vector<KeyRange> key_ranges_of_files(const Archive& archive, std::string_view cluster,
                                          const FileRange& range);
// The same with everything else that is stored of a cluster, when the range is everything.
std::vector<KeyRange> key_ranges_of_objects(const Archive& archive, std::string_view cluster,
                                            const FileRange& range);

// One page of what stands in `key_ranges` behind `after`, whatever it is.
struct EntryPage {
  struct Item {
    const KeyRange* keys = nullptr;
    Entry entry;
  };
  std::vector<Item> items;
  bool is_last = true;
};
// Of kFiles: without what parses as a file outside the range.
EntryPage list_page(const Archive& archive, std::string_view cluster,
                    const std::vector<KeyRange>& key_ranges, const FileRange& range,
                    const std::string& after, std::size_t limit);

// Where a page ends, for the next one to begin: the key without the cluster's name.
std::string place_of(std::string_view cluster, std::string_view key);
// The other way round; "" of "".
std::string key_of(std::string_view cluster, std::string_view place);

FilePage list_files(const Archive& archive, const ListFiles& list);

}  // namespace walstow
