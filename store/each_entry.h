// All that a backend lists below a prefix, page by page. Blocking; errors and what is seen of
// changes meanwhile: as Backend::list_after().
#pragma once

#include <functional>
#include <string>

#include "store/backend.h"

namespace walstow {

// More than a folder of 1 MB segments has, so that a directory is read once.
inline constexpr std::size_t kEntriesAtOnce = 10000;

// In byte order of the keys.
void for_each_entry(Backend& backend, const std::string& prefix,
                    const std::function<void(const Entry&)>& visit);

// The same of records, each as it is when its turn has come; those that went meanwhile are left
// out.
void for_each_record(
    Backend& backend, const std::string& prefix,
    const std::function<void(const std::string& key, const std::string& content)>& visit);

}  // namespace walstow
