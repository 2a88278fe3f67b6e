#include "store/each_entry.h"

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
    const std::function<void(const std::string& key, const std::string& content)>& visit) {
  for_each_entry(backend, prefix, [&](const Entry& entry) {
    if (const auto content = backend.read_record(entry.key)) visit(entry.key, *content);
  });
}

}  // namespace walstow
