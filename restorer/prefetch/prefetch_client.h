// Lets one call use segments that were fetched ahead. The call takes the requested segment if that
// is ready, and waits for it if it is being fetched. The call reports to the prefetcher what
// PostgreSQL received, or starts a prefetcher.
//
// None of this can fail a call: after any failure, the call asks the store as if nothing had been
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
    std::string wal_folder;  // path of the folder that contains %p
    std::uint64_t system_identifier = 0;
    std::uint32_t user = 0;  // geteuid()
    // How long to wait for a message about a segment that is being fetched.
    Duration silence{};
    // Starts a prefetcher that continues after the segment of this call. May throw Error.
    std::function<void()> start;
  };

  // The spool must outlive this object.
  Prefetch(Spool& spool, Options options) : spool_(spool), options_(std::move(options)) {}

  // Returns true if `segment` is at `target`, complete and checked. `abandoned` may be empty.
  bool take_ready(const WalFileName& segment, const RestoreTarget& target,
                  const std::function<bool()>& abandoned);

  // Records that PostgreSQL received `segment`, whatever its source.
  void note_handed(const WalFileName& segment);

 private:
  bool wait_for(const WalFileName& segment, const std::string& tag);

  Spool& spool_;
  Options options_;
  // The tag of the entries, once it is known.
  std::optional<std::string> tag_;
};

}  // namespace walstow
