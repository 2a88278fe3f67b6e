// While PostgreSQL waits for one file, the ones that it will ask for next are archived along with
// it, on connections of their own: one call then does the work of several, and the calls that
// follow find a mark (archived_marks.h) and end at once.
//
// Nothing of this goes on behind the server's back: the call that began it waits for it, within a
// bound, and what is not done by then ends with the process, unacknowledged.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/client/store_client.h"
#include "proto/wal/file_name.h"

namespace walstow {

// Archives one file with that client, and marks it. Throws Error.
using ArchiveOne = std::function<void(const WalFileName& name, StoreClient& store)>;

class LookAhead {
 public:
  // Begins in `threads` threads; each has `connect` make the client that it archives with. No file
  // is begun after `begin_until`, and none after one that failed: the server will not get past that
  // one.
  LookAhead(std::vector<WalFileName> files, std::size_t threads, const ConnectStore& connect,
            const ArchiveOne& archive, Deadline begin_until);
  LookAhead(const LookAhead&) = delete;
  LookAhead& operator=(const LookAhead&) = delete;
  // Does not wait: threads that are still at work keep `archive` and their client, which must then
  // last until the process ends.
  ~LookAhead();

  // The caller's thread takes its share, until there is no file left to begin.
  void help(StoreClient& store);
  // Begins no other file.
  void stop();
  // False: some are still being archived.
  bool wait_until_done(Deadline deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace walstow
