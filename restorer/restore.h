// The policy of a restore: how long to ask, when to ask again, what to fall back on, and with which
// exit code to end. Knows no sockets; file/decision.h knows the codes.
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
  // The pause between two requests that were answered, but without the file: as long as the retry
  // policy's longest pause.
  Duration ask_again_pause{2000};
};

struct RestoreJob {
  RecoveryMode mode = RecoveryMode::kTool;
  GetFile get;  // instance and restartpoint included
  // The data directory's own timeline. Its history contains nothing about later ones.
  std::optional<Timeline> own_timeline;
  std::string path;  // %p as given, for messages
  RestoreTarget target;
  // In tool mode: the caller is a server that is being promoted. It has removed its signal file,
  // wants the history of the timeline that it leaves, and accepts no writes until it has an answer.
  // So it waits no longer than a standby.
  bool is_promotion = false;
  Spool* spool = nullptr;        // not owned; nullptr for a tool
  Prefetch* prefetch = nullptr;  // not owned; nullptr: nothing is fetched ahead
  // Returns whether the calling server has ended; nothing must be delivered any more then. Empty in
  // tool mode.
  std::function<bool()> abandoned;
};

// Returns the exit code. Logs all messages.
int restore(const RestoreJob& job, const RestoreWaits& waits, StoreClient& store);

}  // namespace walstow
