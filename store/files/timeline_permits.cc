#include "store/files/timeline_permits.h"

#include "store/archive/layout.h"
#include "store/archive/new_timelines_record.h"

namespace walstow {
namespace {

constexpr Timeline kFirst{1};  // which has no history

bool has_history(BackendReader& backend, const std::optional<EraName>& era, const PutFile& put) {
  if (!era) return false;
  const auto key = layout::object_key(put.cluster, *era, WalFileName::history(put.file.timeline()));
  return key && backend.open_object(*key) != nullptr;
}

}  // namespace

std::optional<Refusal> TimelinePermits::refuse(BackendReader& backend,
                                               const std::optional<EraName>& era,
                                               const PutFile& put, const std::string& client) {
  const bool opens = put.file.kind() == FileKind::kHistory;
  if (!opens && put.file.timeline() == kFirst) return std::nullopt;
  const Asked asked{put.cluster, era ? era->number : 0, put.file.timeline().value, client};
  if (!opens && is_remembered(asked)) return std::nullopt;
  auto refusal = refuse_opening(backend, put, client);
  if (refusal && !has_history(backend, era, put)) return refusal;
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
