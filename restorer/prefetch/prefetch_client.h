// What one call of walstow-restore has to do with segments that are fetched ahead: it takes the one
// that is wanted where it stands, waits for it where it is under way, and tells the prefetcher what
// PostgreSQL was handed, or starts one.
//
// None of it can fail a call: whatever goes wrong, the store is asked as if nothing had been
// fetched ahead. Nothing here ever says that a file is absent.
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
    Duration silence{};      // how long to wait for news of a segment that is under way
    // Starts a prefetcher that goes on behind the segment of this call. May throw Error.
    std::function<void()> start;
  };

  // The spool outlives this.
  Prefetch(Spool& spool, Options options) : spool_(spool), options_(std::move(options)) {}

  // True: `segment` stands at `target`, whole and checked. `abandoned` may be empty.
  bool take_ready(const WalFileName& segment, const RestoreTarget& target,
                  const std::function<bool()>& abandoned);

  // PostgreSQL gets `segment`, from wherever.
  void note_handed(const WalFileName& segment);

 private:
  bool wait_for(const WalFileName& segment, const std::string& tag);

  Spool& spool_;
  Options options_;
  std::optional<std::string> tag_;  // once it is known for certain
};

}  // namespace walstow
