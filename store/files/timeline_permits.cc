#include "store/files/timeline_permits.h"

#include <algorithm>

#include "store/archive/layout.h"
#include "store/archive/new_timelines_record.h"

namespace walstow {
namespace {

constexpr Timeline kFirst{1};  // which has no history

// In whichever era of the server: with another segment size its timelines go on in a new one, and
// it archives their histories no second time.
bool has_history(const Archive& archive, const PutFile& put) {
  const auto history = WalFileName::history(put.file.timeline());
  return std::ranges::any_of(archive.eras(put.cluster), [&](const EraName& era) {
    if (era.system_identifier != put.system_identifier) return false;
    const auto key = layout::object_key(put.cluster, era, history);
    return key && archive.backend().open_object(*key) != nullptr;
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
  if (refusal && !has_history(archive, put)) return refusal;
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
