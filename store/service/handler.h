// Dispatches a request and returns the reply. Knows nothing of sockets: the same handler serves
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
  // `open_archive` as in present_archive.h.
  explicit Handler(PresentArchive::Open open_archive, int compression_level);
  ~Handler();

  // Throws only Error{kFatal}: every other Error becomes a refusal. Asks the registry before it
  // parses.
  HandlerResult handle(const RequestHead& request, const Caller& caller);

  // The registry's reason not to admit `caller` at all (rights.h). nullopt: it admits the caller,
  // or cannot be read now. Throws only Error{kFatal}.
  std::optional<Refusal> refuse_caller(const Caller& caller);

  // For those that accept and serve connections.
  Monitor& monitor();

  // Reads the archive's inventory, so that the first status is answered at once. Runs on its own
  // thread. If the archive is not there, it only logs a line.
  void warm_up(const std::stop_token& stop);
  // Runs one round of pruning by the clusters' policies (store/retention/scheduled_prune.h), on its
  // own thread.
  void prune_by_policy(const std::stop_token& stop);
  // Keeps the archive's clock up to date (store/retention/archive_clock.h), on its own thread.
  void keep_clock(const std::stop_token& stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walstow
