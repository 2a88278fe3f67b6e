// All entries of a backend below a prefix, page by page. Blocking. For errors, and for the
// visibility of concurrent changes, see Backend::list_after().
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "proto/base/error.h"
#include "store/backend/backend.h"

namespace walstow {

// More than the number of files in a folder of 1 MB segments, so that each folder is read only
// once.
inline constexpr std::size_t kEntriesAtOnce = 10000;

// Iterates over the entries, in byte order of their keys. The backend must outlive the cursor.
class EntryCursor {
 public:
  EntryCursor(BackendReader& backend, std::string prefix);

  // Returns nullptr at the end. The entry is valid until advance(), which must not be called at the
  // end.
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

// Errors about records, for callers that examine all of them. With such a list, a damaged record
// does not prevent the visit of other records. A caller that bases a decision on the records must
// not pass a list: an unreadable record could contain anything.
using DamagedRecords = std::vector<std::string>;

// Returns whether an error of a read concerns only one record or object, and not the whole archive.
bool is_of_one_record(const Error& error);

// Visits all records, each with its content at the time of its visit. Records that are removed
// during the call are left out. Throws what reading a record or `visit` throws. If `damaged` is
// given, adds the errors of single records (is_of_one_record()) to it instead of throwing them.
void for_each_record(
    BackendReader& backend, const std::string& prefix,
    const std::function<void(const std::string& key, const std::string& content)>& visit,
    DamagedRecords* damaged = nullptr);

}  // namespace walstow
