// All that a backend lists below a prefix, page by page. Blocking; errors and what is seen of
// changes meanwhile: as Backend::list_after().
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "proto/base/error.h"
#include "store/backend/backend.h"

namespace walstow {

// More than a folder of 1 MB segments has, so that a directory is read once.
inline constexpr std::size_t kEntriesAtOnce = 10000;

// One entry after the other, in byte order of the keys. The backend outlives it.
class EntryCursor {
 public:
  EntryCursor(BackendReader& backend, std::string prefix);

  // nullptr: the end. Valid until advance(), which the end does not allow.
  const Entry* peek() const { return next_ < page_.size() ? &page_[next_] : nullptr; }
  void advance();

 private:
  void fetch(const std::string& after);

  BackendReader& backend_;
  std::string prefix_;
  std::vector<Entry> page_;
  std::size_t next_ = 0;
};

// All of them at once, in the same order.
void for_each_entry(BackendReader& backend, const std::string& prefix,
                    const std::function<void(const Entry&)>& visit);

// What is wrong with records, for whoever looks at all of them: one that is damaged says nothing of
// the others. Whoever decides by them has no use for it: what cannot be read may say anything.
using DamagedRecords = std::vector<std::string>;

// Whether an error of reading is of that one record or object, and no matter of the whole archive.
bool is_of_one_record(const Error& error);

// The same of records, each as it is when its turn has come; those that went meanwhile are left
// out. One that cannot be read, or by `visit`: throws what that throws, unless `damaged` takes it.
void for_each_record(
    BackendReader& backend, const std::string& prefix,
    const std::function<void(const std::string& key, const std::string& content)>& visit,
    DamagedRecords* damaged = nullptr);

}  // namespace walstow
