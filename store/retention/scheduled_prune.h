// The daemon's automatic prunes. They prune the newest era of each cluster that has a policy, as
// `walstow prune` would with that policy. Several daemons on one archive, and the command, may
// prune at the same time: store/retention/prune.h allows it.
#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>

#include "store/archive/archive.h"

namespace walstow {

class ScheduledPrune {
 public:
  // Prunes all clusters in turn. In each of them, it first completes an interrupted prune. Logs how
  // much it has removed. If there is nothing to remove, logs the reason when the reason is new.
  // Also logs a failure in one cluster, and retries it in the next round. After each step, it waits
  // for as long as the step took, so that puts and gets have the disk to themselves half of the
  // time. Throws Error{kFatal}, and everything that listing the clusters throws. Blocking; runs on
  // its own thread. Ends soon after `stop` is requested.
  void run(const Archive& archive, const std::stop_token& stop);

 private:
  void prune(const Archive& archive, const std::string& cluster, const std::stop_token& stop);
  void say_once(const std::string& cluster, const std::string& what, const std::string& hint);

  std::map<std::string, std::string> said_;  // the last line that was logged for each cluster
};

}  // namespace walstow
