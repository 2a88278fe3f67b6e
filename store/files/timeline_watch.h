// Detects, as puts arrive, that one client has opened a timeline while another client continues the
// parent timeline after the switch point (store/inventory/branches.h). It remembers puts in memory
// only. A process that receives one file (SSH and local links) therefore detects nothing; `walstow
// status` finds such timelines from the archive. Threads: any.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "proto/wal/timeline_history.h"
#include "proto/wire/command.h"
#include "proto/wire/refusal.h"

namespace walstow {

class TimelineWatch {
 public:
  // Call it when `client` has put the history with which the timeline begins.
  void opened(const PutFile& put, const EraName& era, const std::string& client,
              const TimelineSwitch& origin);
  // Call it when `client` has put a segment. If the segment is after the point at which another
  // client's timeline branched off, returns a clause for the log. It does so once for each
  // timeline and process.
  std::optional<std::string> went_on(const PutFile& put, const EraName& era,
                                     const std::string& client);

  // Per cluster. Only the last timelines are remembered.
  static constexpr std::size_t kMostTimelines = 16;

 private:
  struct Opened {
    EraName era;
    Timeline timeline;
    Timeline parent;
    Lsn left_at;
    std::string client, instance;
    bool told = false;
  };
  using Timelines = std::deque<Opened>;

  std::mutex mutex_;
  std::map<std::string, Timelines, std::less<>> of_cluster_;  // guarded by mutex_
};

}  // namespace walstow
