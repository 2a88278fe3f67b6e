// The daemon's automatic prunes: the newest era of each cluster that has a policy, as `walstow
// prune` would with that policy. Several daemons on one archive, and the command, may do so at the
// same time: store/retention/prune.h allows it.
#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>

#include "store/archive/archive.h"

namespace walstow {

class ScheduledPrune {
 public:
  // Prunes all clusters in turn, and first completes interrupted prunes. Logs what it has removed.
  // If nothing is to be removed, logs the reason when it is new. Also logs a failure in one
  // cluster, and retries it in the next round. Between its steps it rests for as long as they take,
  // so that puts and gets have the disk for themselves half of the time. Throws Error{kFatal}, and
  // what listing the clusters throws. Blocking; runs on its own thread. Ends soon after `stop` is
  // requested.
  void run(const Archive& archive, const std::stop_token& stop);

 private:
  void prune(const Archive& archive, const std::string& cluster, const std::stop_token& stop);
  void say_once(const std::string& cluster, const std::string& what, const std::string& hint);

  std::map<std::string, std::string> said_;  // the last line logged, by cluster
};

}  // namespace walstow
