// A cluster's files in order and in pages, for listing and verifying. Blocking; asks the backend
// during each call. Errors: as store/backend/backend.h.
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
  std::string after;  // all keys of the range are greater; "": from the prefix on
  enum class Holds { kFiles, kConflicts, kSettled } holds = Holds::kFiles;
};

// In key order: eras from the oldest on, and within an era the history files before the others.
std::vector<KeyRange> key_ranges_of_files(const Archive& archive, std::string_view cluster,
                                          const FileRange& range);
// As above, with every other stored object of the cluster if the range is everything.
std::vector<KeyRange> key_ranges_of_objects(const Archive& archive, std::string_view cluster,
                                            const FileRange& range);

// One page of everything in `key_ranges` after `after`.
struct EntryPage {
  struct Item {
    const KeyRange* keys = nullptr;
    Entry entry;
  };
  std::vector<Item> items;
  bool is_last = true;
};
// For kFiles: omits names that parse as files outside the range.
EntryPage list_page(const Archive& archive, std::string_view cluster,
                    const std::vector<KeyRange>& key_ranges, const FileRange& range,
                    const std::string& after, std::size_t limit);

// The end of a page, at which the next one begins: the key without the cluster's name.
std::string token_of(std::string_view cluster, std::string_view key);
// The inverse of token_of(); "" for "".
std::string key_of(std::string_view cluster, std::string_view token);

FilePage list_files(const Archive& archive, const ListFiles& list);

}  // namespace walstow
