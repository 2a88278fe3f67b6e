// Decides whether a client may put files of a timeline. An administrator can restrict which clients
// open timelines (store/archive/new_timelines_record.h). Then no other client may put a file of a
// timeline whose history is not in the archive, nor that history itself. Every client may put an
// existing history again, as a standby does. Permissions are remembered for ten seconds, so that a
// daemon does not read the archive for each segment. Timeline 1 needs no permission. Threads: any.
// Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

#include "proto/wire/command.h"
#include "store/archive/archive.h"

namespace walstow {

class TimelinePermits {
 public:
  // Returns nullopt if the client may put the file. `era` is nullopt for the first file of a
  // cluster.
  std::optional<Refusal> refuse(const Archive& archive, const std::optional<EraName>& era,
                                const PutFile& put, const std::string& client);

  static constexpr std::chrono::seconds kRemembered{10};
  // If there are more permissions than this, all are forgotten.
  static constexpr std::size_t kMost = 1000;

 private:
  using Clock = std::chrono::steady_clock;
  // The cluster, the era, the timeline and the client of a question.
  using Asked = std::tuple<std::string, std::uint32_t, std::uint32_t, std::string>;
  bool is_remembered(const Asked& asked);
  void remember(const Asked& asked);

  std::mutex mutex_;
  std::map<Asked, Clock::time_point> until_;  // guarded by mutex_
};

}  // namespace walstow
