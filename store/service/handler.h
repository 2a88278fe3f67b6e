// Dispatches a request and returns the reply. Knows nothing about sockets: the same handler serves
// every link. All calls block on the backend: a session runs them on a worker thread.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "store/archive/archive.h"
#include "store/archive/rights.h"
#include "store/files/reply.h"
#include "store/service/monitor.h"
#include "store/service/present_archive.h"

namespace walstow {

class Handler {
 public:
  // `open_archive` is a PresentArchive::Open (present_archive.h).
  explicit Handler(PresentArchive::Open open_archive, int compression_level);
  ~Handler();

  // Throws only Error{kFatal}: every other Error becomes a refusal. Asks the registry before it
  // parses the request.
  HandlerResult handle(const RequestHead& request, const Caller& caller);

  // Returns why the registry does not admit `caller` at all (rights.h). Returns nullopt if it
  // admits the caller, or cannot be read now. Throws only Error{kFatal}.
  std::optional<Refusal> refuse_caller(const Caller& caller);

  // Used by the code that accepts and serves connections.
  Monitor& monitor();

  // Reads the archive's inventory, so that the first status and the first scrape are answered at
  // once. Runs on its own thread. If the archive cannot be opened, it only logs a line.
  void warm_up(const std::stop_token& stop);
  // Runs one round of pruning by the clusters' policies (store/retention/scheduled_prune.h), on its
  // own thread.
  void prune_by_policy(const std::stop_token& stop);
  // Keeps the archive's clock up to date (store/retention/archive_clock.h), on its own thread.
  void keep_clock(const std::stop_token& stop);
  // Writes what the puts have added to the index of time (store/inventory/times_index.h). Call it
  // from time to time, on its own thread, and after the last request.
  void write_times();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walstow
