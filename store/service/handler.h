// From a request to a reply: dispatch, and nothing of sockets. The same handler serves every link.
// All calls block on the backend: a session runs them on a worker thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "store/archive/archive.h"
#include "store/archive/rights.h"
#include "store/files/reply.h"

namespace walstow {

class Handler {
 public:
  // Opens the archive when it is first needed and again after it was away, so that an archive that
  // is mounted late needs no restart. May throw as Archive's constructor does.
  using OpenArchive = std::function<std::unique_ptr<Archive>()>;
  explicit Handler(OpenArchive open_archive, int compression_level);
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
