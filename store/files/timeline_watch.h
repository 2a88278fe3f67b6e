// Detects, as puts arrive, that one client has opened a timeline while another client continues the
// parent timeline after the switch point (store/inventory/branches.h). In memory only: a process
// that receives one file (SSH and local links) detects nothing; status does. Threads: any.
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
  // Call when `client` has put the history with which the timeline begins.
  void opened(const PutFile& put, const EraName& era, const std::string& client,
              const TimelineSwitch& origin);
  // Call when `client` has put a segment. Returns a clause for the log if the segment is after a
  // point at which another client has left its timeline; once for each timeline and process.
  std::optional<std::string> went_on(const PutFile& put, const EraName& era,
                                     const std::string& client);

  static constexpr std::size_t kMostTimelines = 16;  // per cluster; the last ones

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
