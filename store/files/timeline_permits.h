// Whether a client may put files of a timeline: where an administrator has said who opens timelines
// (store/archive/new_timelines_record.h), others put no file of a timeline whose history is not in
// the archive, be it the history itself. One that is there they may put again, as a standby does.
// What may be is remembered for a few seconds, so that a daemon does not look for each segment; of
// timeline 1 nothing is looked for. Threads: any. Blocking; errors as store/backend/backend.h.
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
  // nullopt: it may. `era`: nullopt for the first file of a cluster.
  std::optional<Refusal> refuse(const Archive& archive, const std::optional<EraName>& era,
                                const PutFile& put, const std::string& client);

  static constexpr std::chrono::seconds kRemembered{10};
  static constexpr std::size_t kMost = 1000;  // beyond, all are forgotten

 private:
  using Clock = std::chrono::steady_clock;
  // Cluster, era, timeline, client.
  using Asked = std::tuple<std::string, std::uint32_t, std::uint32_t, std::string>;
  bool is_remembered(const Asked& asked);
  void remember(const Asked& asked);

  std::mutex mutex_;
  std::map<Asked, Clock::time_point> until_;  // guarded by mutex_
};

}  // namespace walstow
