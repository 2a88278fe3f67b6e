#include "store/files/timeline_permits.h"

#include <algorithm>

#include "store/archive/layout.h"
#include "store/archive/new_timelines_record.h"

namespace walstow {
namespace {

constexpr Timeline kFirst{1};  // which has no history

bool has_history(const Archive& archive, const EraName& era, const PutFile& put) {
  const auto history = WalFileName::history(put.file.timeline());
  const auto key = layout::object_key(put.cluster, era, history);
  return key && archive.backend().open_object(*key) != nullptr;
}

// With another segment size, the server's timelines continue in a new era, and the server does not
// archive their histories again. But a history itself must exist in its own era: otherwise nothing
// would compare the content of the history that is put.
bool is_open(const Archive& archive, const std::optional<EraName>& era, const PutFile& put) {
  if (put.file.kind() == FileKind::kHistory) return era && has_history(archive, *era, put);
  return std::ranges::any_of(archive.eras(put.cluster), [&](const EraName& any) {
    return any.system_identifier == put.system_identifier && has_history(archive, any, put);
  });
}

}  // namespace

std::optional<Refusal> TimelinePermits::refuse(const Archive& archive,
                                               const std::optional<EraName>& era,
                                               const PutFile& put, const std::string& client) {
  const bool opens = put.file.kind() == FileKind::kHistory;
  if (!opens && put.file.timeline() == kFirst) return std::nullopt;
  const Asked asked{put.cluster, era ? era->number : 0, put.file.timeline().value, client};
  if (!opens && is_remembered(asked)) return std::nullopt;
  auto refusal = refuse_opening(archive.backend(), put, client);
  if (refusal && !is_open(archive, era, put)) return refusal;
  if (!opens) remember(asked);
  return std::nullopt;
}

bool TimelinePermits::is_remembered(const Asked& asked) {
  const std::lock_guard lock(mutex_);
  const auto found = until_.find(asked);
  return found != until_.end() && Clock::now() < found->second;
}

void TimelinePermits::remember(const Asked& asked) {
  const std::lock_guard lock(mutex_);
  if (until_.size() >= kMost) until_.clear();
  until_[asked] = Clock::now() + kRemembered;
}

}  // namespace walstow
