// The policy of a restore: how long to ask, when to ask again, what to use instead of the store's
// answer, and which exit code to return. Knows no sockets; file/decision.h knows the codes.
#pragma once

#include <functional>
#include <string>

#include "proto/base/deadline.h"
#include "proto/pgdata/data_directory.h"
#include "restorer/file/restore_file.h"
#include "restorer/prefetch/prefetch_client.h"
#include "restorer/spool/spool.h"

namespace walstow {

struct RestoreWaits {
  Duration standby;
  Duration recovery;
  Duration tool;
  Duration failure_memory;
  // The pause before the next request if the store has answered, but without the file. It equals
  // the longest pause of the retry policy.
  Duration ask_again_pause{2000};
};

struct RestoreJob {
  RecoveryMode mode = RecoveryMode::kTool;
  GetFile get;  // includes instance and restartpoint
  // The data directory's own timeline. Its history contains nothing about later timelines.
  std::optional<Timeline> own_timeline;
  std::string path;  // %p as given, for messages
  RestoreTarget target;
  // Set only in tool mode, if the caller is a server that is being promoted. The server has removed
  // its signal file, requests the history of the timeline that it leaves, and accepts no writes
  // until it has an answer. So the call waits no longer than for a standby.
  bool is_promotion = false;
  Spool* spool = nullptr;        // not owned; nullptr for a tool
  Prefetch* prefetch = nullptr;  // not owned; nullptr: no segment is fetched ahead
  // Returns whether the calling server has ended; no file may be delivered after that. The function
  // is empty in tool mode.
  std::function<bool()> abandoned;
};

// Returns the exit code. Logs all messages of the call.
int restore(const RestoreJob& job, const RestoreWaits& waits, StoreClient& store);

}  // namespace walstow
