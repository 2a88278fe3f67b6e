// From a request to a reply: dispatch, and nothing of sockets. The same handler serves every link.
// All calls block on the backend: a session runs them on a worker thread.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "store/archive/archive.h"
#include "store/archive/rights.h"
#include "store/files/reply.h"
#include "store/service/present_archive.h"

namespace walstow {

class Handler {
 public:
  // `open_archive` as in present_archive.h.
  explicit Handler(PresentArchive::Open open_archive, int compression_level);
  ~Handler();

  // Throws nothing but Error{kFatal}: every other Error has become a refusal. Asks the registry
  // before it parses.
  HandlerResult handle(const RequestHead& request, const Caller& caller);

  // Why the registry does not let `caller` ask anything (rights.h); nullopt: it does, or it cannot
  // be read now. Throws Error{kFatal} alone.
  std::optional<Refusal> refuse_caller(const Caller& caller);

  // Reads what the archive has, so that the first status is answered at once. For a thread of its
  // own; where the archive is not there, a line on the log is all that comes of it.
  void warm_up(const std::stop_token& stop);
  // One round of pruning by the clusters' policies (store/retention/scheduled_prune.h); for a
  // thread of its own.
  void prune_by_policy(const std::stop_token& stop);
  // Has the archive keep how late it is (store/retention/archive_clock.h); likewise.
  void keep_clock(const std::stop_token& stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walstow
