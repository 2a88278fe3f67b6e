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
  // Between two questions that were answered, but not with the file: as long as the retry policy's
  // longest pause.
  Duration ask_again_pause{2000};
};

struct RestoreJob {
  RecoveryMode mode = RecoveryMode::kTool;
  GetFile get;  // instance and restartpoint included
  // The timeline of the data directory itself. Its history says nothing about what comes later.
  std::optional<Timeline> own_timeline;
  std::string path;  // %p as given, for messages
  RestoreTarget target;
  // In tool mode: a server that is being promoted asks. It has removed its signal file, wants the
  // history of the timeline that it leaves, and takes no writes until it has an answer. So it waits
  // no longer than a standby.
  bool is_promotion = false;
  Spool* spool = nullptr;        // not owned; nullptr where a tool asks
  Prefetch* prefetch = nullptr;  // not owned; nullptr where nothing is fetched ahead
  // Whoever asked is gone, and must not get anything any more. Empty in tool mode.
  std::function<bool()> abandoned;
};

// The exit code. Says what is to be said on the log.
int restore(const RestoreJob& job, const RestoreWaits& waits, StoreClient& store);

}  // namespace walstow
