// All that a backend lists below a prefix, page by page. Blocking; errors and what is seen of
// changes meanwhile: as Backend::list_after().
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "store/backend.h"

namespace walstow {

// More than a folder of 1 MB segments has, so that a directory is read once.
inline constexpr std::size_t kEntriesAtOnce = 10000;

// In byte order of the keys.
void for_each_entry(Backend& backend, const std::string& prefix,
                    const std::function<void(const Entry&)>& visit);

// What is wrong with records, for whoever looks at all of them: one that is damaged says nothing of
// the others. Whoever decides by them has no use for it: what cannot be read may say anything.
using DamagedRecords = std::vector<std::string>;

// The same of records, each as it is when its turn has come; those that went meanwhile are left
// out. One that cannot be read, or by `visit`: throws what that throws, unless `damaged` takes it.
void for_each_record(
    Backend& backend, const std::string& prefix,
    const std::function<void(const std::string& key, const std::string& content)>& visit,
    DamagedRecords* damaged = nullptr);

}  // namespace walstow
