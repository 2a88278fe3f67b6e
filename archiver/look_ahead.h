// While PostgreSQL waits for one file, archives the files that it will pass next, on separate
// connections. So one call does the work of several calls. The next calls find a mark
// (archived_marks.h) and end at once.
//
// None of this work continues in the background: the call that started it waits until it ends, for
// a limited time. Files that are not done by then stay unacknowledged, and the work ends with the
// process.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/client/store_client.h"
#include "proto/wal/file_name.h"

namespace walstow {

// Archives the file `name` through `store`, and makes a mark for it. Throws Error.
using ArchiveOne = std::function<void(const WalFileName& name, StoreClient& store)>;

class LookAhead {
 public:
  // Starts `threads` threads; each calls `connect` for its own client. After `begin_until`, or
  // after a file has failed, no further file is started: the server will not get past the failed
  // one.
  LookAhead(std::vector<WalFileName> files, std::size_t threads, const ConnectStore& connect,
            const ArchiveOne& archive, Deadline begin_until);
  LookAhead(const LookAhead&) = delete;
  LookAhead& operator=(const LookAhead&) = delete;
  // Does not wait. Threads may still be running, and use `archive` and their client. So both must
  // exist until the process exits.
  ~LookAhead();

  // Archives files in the caller's thread, until there is no file left to start.
  void help(StoreClient& store);
  // From now on, no thread starts to archive another file.
  void stop();
  // Returns false if some files are still being archived at the deadline.
  bool wait_until_done(Deadline deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace walstow
