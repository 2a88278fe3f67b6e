// A cluster's files in order and in pages, for listing and verifying. Each call asks the backend.
// Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/archive/archive.h"

namespace walstow {

// A run of consecutive keys.
struct KeyRange {
  EraName era;
  std::string prefix;
  // All keys of the range are greater than this. "": the range begins with the prefix.
  std::string after;
  enum class Holds { kFiles, kConflicts, kSettled } holds = Holds::kFiles;
};

// The ranges are in the order of keys: eras from the oldest onward, and within an era the history
// files before the others.
std::vector<KeyRange> key_ranges_of_files(const Archive& archive, std::string_view cluster,
                                          const FileRange& range);
// Like key_ranges_of_files(). But if `range` covers everything, the result also covers all other
// stored objects in the cluster.
std::vector<KeyRange> key_ranges_of_objects(const Archive& archive, std::string_view cluster,
                                            const FileRange& range);

// One page of the entries in `key_ranges` that follow `after`.
struct EntryPage {
  struct Item {
    const KeyRange* keys = nullptr;
    Entry entry;
  };
  std::vector<Item> items;
  bool is_last = true;
};
// With kFiles, omits files that are outside the range according to their names.
EntryPage list_page(const Archive& archive, std::string_view cluster,
                    const std::vector<KeyRange>& key_ranges, const FileRange& range,
                    const std::string& after, std::size_t limit);

// Returns the position at which the next page begins: the key without the cluster's name.
std::string token_of(std::string_view cluster, std::string_view key);
// The inverse of token_of(). Returns "" for "".
std::string key_of(std::string_view cluster, std::string_view token);

FilePage list_files(const Archive& archive, const ListFiles& list);

}  // namespace walstow
