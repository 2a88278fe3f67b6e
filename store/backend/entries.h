// All entries of a backend below a prefix, page by page. Blocking. Errors, and the visibility of
// concurrent changes: as Backend::list_after().
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "proto/base/error.h"
#include "store/backend/backend.h"

namespace walstow {

// More than the number of files in a folder of 1 MB segments, so that a directory is read once.
inline constexpr std::size_t kEntriesAtOnce = 10000;

// One entry after another, in byte order of the keys. The backend outlives it.
class EntryCursor {
 public:
  EntryCursor(BackendReader& backend, std::string prefix);

  // nullptr: the end. Valid until advance(), which must not be called at the end.
  const Entry* peek() const { return next_ < page_.size() ? &page_[next_] : nullptr; }
  void advance();

 private:
  void fetch(const std::string& after);

  BackendReader& backend_;
  std::string prefix_;
  std::vector<Entry> page_;
  std::size_t next_ = 0;
};

// Visits all entries in the same order.
void for_each_entry(BackendReader& backend, const std::string& prefix,
                    const std::function<void(const Entry&)>& visit);

// What is wrong with records, for callers that examine all of them. A damaged record says nothing
// about the others. A caller that decides by records must not pass this: an unreadable record could
// contain anything.
using DamagedRecords = std::vector<std::string>;

// Whether a read error concerns that one record or object, not the whole archive.
bool is_of_one_record(const Error& error);

// Visits all records, each with its content at the time of its visit. Records that are removed
// during the call are left out. Throws what reading a record or `visit` throws. With `damaged`,
// adds the errors of single records (is_of_one_record()) to it instead.
void for_each_record(
    BackendReader& backend, const std::string& prefix,
    const std::function<void(const std::string& key, const std::string& content)>& visit,
    DamagedRecords* damaged = nullptr);

}  // namespace walstow
