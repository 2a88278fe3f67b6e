// Follows verifications that clients request page by page, and records each complete verification.
// A verification is complete if it covers all files in a cluster, from the first page to the last.
// A verification that continues after a restart of the store does not count as complete.
//
// Threads: any. Blocking.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "proto/wire/command.h"
#include "proto/wire/verify_report.h"
#include "store/archive/archive.h"

namespace walstow {

// Returns nullopt if the cluster was never verified completely. Throws Error{kDamaged}, and the
// errors in store/backend/backend.h.
std::optional<VerifyRecord> read_verify_record(BackendReader& backend, std::string_view cluster);

class VerifyRuns {
 public:
  // `page` answers `verify`, which `client` sent. After the last page of a verification, writes the
  // record, which is durable on return. If the write fails, as on a read-only medium, note() only
  // logs a line: the verification itself has succeeded. Throws only Error{kFatal}.
  void note(const Archive& archive, const std::string& client, const VerifyFiles& verify,
            const VerifyPage& page, Time now);

 private:
  struct Run {
    // The `after` of the page with which the verification continues.
    std::string next;
    std::uint64_t objects = 0, problems = 0;
  };
  // Returns nullopt if the verification continues, or if its beginning is unknown.
  std::optional<VerifyRecord> finished(const std::string& client, const VerifyFiles& verify,
                                       const VerifyPage& page, Time now);

  // If more verifications run at once, the one that comes first in the map is forgotten, and leaves
  // no record.
  static constexpr std::size_t kMostRuns = 64;

  std::mutex mutex_;
  std::map<std::string, Run> runs_;  // by cluster, client and depth; guarded by mutex_
};

}  // namespace walstow
