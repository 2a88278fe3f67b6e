// Follows verifications that clients ask for page by page, and records each complete one: of all
// files of a cluster, from the first page to the last. A verification that was resumed after a
// restart of the store is not complete for it.
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

// nullopt: the cluster was never verified completely. Throws Error{kDamaged}, and as
// store/backend/backend.h.
std::optional<VerifyRecord> read_verify_record(BackendReader& backend, std::string_view cluster);

class VerifyRuns {
 public:
  // `page` answers `verify`, which `client` sent. Its last page writes the record, durable on
  // return. If that fails, as on a read-only medium, it only logs a line: the verification itself
  // has succeeded. Throws only Error{kFatal}.
  void note(const Archive& archive, const std::string& client, const VerifyFiles& verify,
            const VerifyPage& page, Time now);

 private:
  struct Run {
    std::string next;  // the `after` of the page that continues it
    std::uint64_t objects = 0, problems = 0;
  };
  // nullopt: the run goes on, or its beginning is unknown.
  std::optional<VerifyRecord> finished(const std::string& client, const VerifyFiles& verify,
                                       const VerifyPage& page, Time now);

  // More than that many at once lose the record of the first one in the order of names.
  static constexpr std::size_t kMostRuns = 64;

  std::mutex mutex_;
  std::map<std::string, Run> runs_;  // by cluster, client and depth; guarded by mutex_
};

}  // namespace walstow
