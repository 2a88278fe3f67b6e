// While PostgreSQL waits for one file, archives the files that it will pass next, on connections of
// their own. So one call does the work of several, and the calls that follow find a mark
// (archived_marks.h) and end at once.
//
// Nothing of this continues unnoticed by the server: the call that started it waits for it for a
// limited time. What is not done by then ends with the process, unacknowledged.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/client/store_client.h"
#include "proto/wal/file_name.h"

namespace walstow {

// Archives one file through that client, and marks it. Throws Error.
using ArchiveOne = std::function<void(const WalFileName& name, StoreClient& store)>;

class LookAhead {
 public:
  // Starts `threads` threads; each calls `connect` for its own client. No file is started after
  // `begin_until`, and none after one that failed: the server will not get past that one.
  LookAhead(std::vector<WalFileName> files, std::size_t threads, const ConnectStore& connect,
            const ArchiveOne& archive, Deadline begin_until);
  LookAhead(const LookAhead&) = delete;
  LookAhead& operator=(const LookAhead&) = delete;
  // Does not wait: threads that are still running keep `archive` and their client, which must then
  // exist until the process exits.
  ~LookAhead();

  // Does a share of the work in the caller's thread, until there is no file left to start.
  void help(StoreClient& store);
  // Starts no further file.
  void stop();
  // False: some files are still being archived.
  bool wait_until_done(Deadline deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace walstow
