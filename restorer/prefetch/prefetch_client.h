// One call's use of segments that were fetched ahead. It takes the requested segment if it is
// ready, and waits for it if it is being fetched. It reports to the prefetcher what PostgreSQL
// received, or starts a prefetcher.
//
// None of it can fail a call: after any failure, the call asks the store as if nothing had been
// fetched ahead. Nothing here ever reports a file as absent.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "proto/base/deadline.h"
#include "proto/files/file_system.h"
#include "proto/wal/file_name.h"
#include "restorer/file/restore_file.h"
#include "restorer/prefetch/channel.h"
#include "restorer/spool/prefetch_entries.h"
#include "restorer/spool/spool.h"

namespace walstow {

class Prefetch {
 public:
  struct Options {
    std::string wal_folder;  // path of the folder of %p
    std::uint64_t system_identifier = 0;
    std::uint32_t user = 0;  // geteuid()
    Duration silence{};      // how long to wait for news of a segment that is being fetched
    // Starts a prefetcher that continues after the segment of this call. May throw Error.
    std::function<void()> start;
  };

  // The spool outlives this object.
  Prefetch(Spool& spool, Options options) : spool_(spool), options_(std::move(options)) {}

  // True: `segment` is at `target`, complete and checked. `abandoned` may be empty.
  bool take_ready(const WalFileName& segment, const RestoreTarget& target,
                  const std::function<bool()>& abandoned);

  // Records that PostgreSQL received `segment`, whatever its source.
  void note_handed(const WalFileName& segment);

 private:
  bool wait_for(const WalFileName& segment, const std::string& tag);

  Spool& spool_;
  Options options_;
  std::optional<std::string> tag_;  // after it is known for certain
};

}  // namespace walstow
