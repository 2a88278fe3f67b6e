// What a daemon prunes by itself: the newest era of each cluster that has a policy, as `walstow
// prune` would by the same one. Several daemons on one archive, and the command, may do so at once:
// store/retention/prune.h is made for that.
#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>

#include "store/archive/archive.h"

namespace walstow {

class ScheduledPrune {
 public:
  // All clusters in turn; first completes what was cut short. It says on the log what it has
  // removed, and where nothing is to be removed, why, when that is news. What goes wrong with one
  // cluster is a line on the log, too, and tried again in the next round. Rests between its steps
  // for as long as they take, so that puts and gets have the disk for themselves half of the time.
  // Throws Error{kFatal}, and what listing the clusters throws. Blocking, for a thread of its own;
  // ends soon when it is asked to.
  void run(const Archive& archive, const std::stop_token& stop);

 private:
  void prune(const Archive& archive, const std::string& cluster, const std::stop_token& stop);
  void say_once(const std::string& cluster, const std::string& what, const std::string& hint);

  std::map<std::string, std::string> said_;  // by cluster
};

}  // namespace walstow
