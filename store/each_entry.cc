#include "store/each_entry.h"

#include "proto/base/error.h"

namespace walstow {

void for_each_entry(Backend& backend, const std::string& prefix,
                    const std::function<void(const Entry&)>& visit) {
  std::string after;
  for (;;) {
    const std::vector<Entry> page = backend.list_after(prefix, after, kEntriesAtOnce);
    for (const Entry& entry : page)
      visit(entry);
    if (page.size() < kEntriesAtOnce) return;
    after = page.back().key;
  }
}

void for_each_record(
    Backend& backend, const std::string& prefix,
    const std::function<void(const std::string& key, const std::string& content)>& visit,
    DamagedRecords* damaged) {
  for_each_entry(backend, prefix, [&](const Entry& entry) {
    try {
      if (const auto content = backend.read_record(entry.key)) visit(entry.key, *content);
    } catch (const Error& error) {
      // What concerns the archive as a whole is no matter of one record.
      const bool of_this_one = error.kind() == ErrorKind::kDamaged ||
                               error.kind() == ErrorKind::kStorage ||
                               error.kind() == ErrorKind::kUsage;  // a format of a later release
      if (damaged == nullptr || !of_this_one) throw;
      damaged->emplace_back(error.what());
    }
  });
}

}  // namespace walstow
