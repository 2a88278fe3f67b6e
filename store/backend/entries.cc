#include "store/backend/entries.h"

#include <utility>

#include "proto/base/error.h"

namespace walstow {

EntryCursor::EntryCursor(BackendReader& backend, std::string prefix)
    : backend_(backend), prefix_(std::move(prefix)) {
  fetch("");
}

void EntryCursor::advance() {
  if (++next_ < page_.size() || page_.size() < kEntriesAtOnce) return;
  fetch(std::string(page_.back().key));
}

void EntryCursor::fetch(const std::string& after) {
  page_ = backend_.list_after(prefix_, after, kEntriesAtOnce);
  next_ = 0;
}

void for_each_entry(BackendReader& backend, const std::string& prefix,
                    const std::function<void(const Entry&)>& visit) {
  EntryCursor entries(backend, prefix);
  for (; entries.peek() != nullptr; entries.advance())
    visit(*entries.peek());
}

bool is_of_one_record(const Error& error) {
  return error.kind() == ErrorKind::kDamaged || error.kind() == ErrorKind::kStorage ||
         error.kind() == ErrorKind::kUsage;  // a format of a later release
}

void for_each_record(
    BackendReader& backend, const std::string& prefix,
    const std::function<void(const std::string& key, const std::string& content)>& visit,
    DamagedRecords* damaged) {
  for_each_entry(backend, prefix, [&](const Entry& entry) {
    try {
      if (const auto content = backend.read_record(entry.key)) visit(entry.key, *content);
    } catch (const Error& error) {
      if (damaged == nullptr || !is_of_one_record(error)) throw;
      damaged->emplace_back(error.what());
    }
  });
}

}  // namespace walstow
