#include "store/inventory/log_files.h"

#include <fmt/format.h>
#include <vector>

#include "proto/base/error.h"
#include "proto/base/suggestion.h"
#include "store/backend/entries.h"

namespace walstow {
namespace {

// The bound on foreign files that are skipped.
constexpr std::size_t kMostStrangers = 1000;

}  // namespace

bool is_of_log(const layout::StoredName& stored) {
  if (stored.form != layout::StoredName::Form::kFile) return false;
  return stored.file.kind() == FileKind::kSegment || stored.file.kind() == FileKind::kPartial;
}

std::optional<layout::StoredName> next_of_log(BackendReader& backend, std::string_view cluster,
                                              const std::string& prefix, std::string after) {
  std::size_t strangers = 0;
  // The first one is nearly always enough.
  for (std::size_t limit = 1; strangers < kMostStrangers; limit = kEntriesAtOnce) {
    const std::vector<Entry> found = backend.list_after(prefix, after, limit);
    for (const Entry& entry : found) {
      auto stored = layout::parse_object_key(cluster, entry.key);
      if (stored && is_of_log(*stored)) return stored;
      if (!stored) ++strangers;
    }
    if (found.size() < limit) return std::nullopt;
    after = found.back().key;
  }
  throw Error(ErrorKind::kUnavailable,
              fmt::format("could not determine what the archive contains: there are too many "
                          "foreign files in \"{}\"",
                          prefix),
              fmt::format("{} names them.", suggestion({"verify", std::string(cluster)})));
}

}  // namespace walstow
