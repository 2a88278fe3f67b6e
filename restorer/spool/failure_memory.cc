#include "restorer/spool/failure_memory.h"

#include <chrono>
#include <optional>

#include "proto/base/boot_id.h"
#include "proto/base/bytes.h"
#include "proto/pgdata/spool_folder.h"

namespace walstow {
namespace {

constexpr std::string_view kFailureRecord = "failure";

// Runs on when the wall clock is set back, and is the same for all processes until the next boot.
Duration since_boot() {
  return std::chrono::duration_cast<Duration>(Clock::now().time_since_epoch());
}

SpoolRecord failure_record(const FailedStore& store, const std::string& boot,
                           const std::string& when) {
  return {{"store", store.store}, {"cluster", store.cluster}, {"boot", boot}, {"ms", when}};
}

}  // namespace

bool failed_lately(FileSystem& wal_folder, const FailedStore& store, Duration memory) {
  const std::optional<SpoolRecord> record = read_record(wal_folder, kFailureRecord);
  if (!record) return false;
  const auto when = record->find("ms");
  const std::string boot = boot_id();
  if (when == record->end() || boot.empty()) return false;
  if (*record != failure_record(store, boot, when->second)) return false;
  const auto milliseconds = parse_decimal(when->second);
  if (!milliseconds) return false;
  const auto now = static_cast<std::uint64_t>(since_boot().count());
  return *milliseconds <= now && now - *milliseconds < static_cast<std::uint64_t>(memory.count());
}

void note_failure(FileSystem& wal_folder, const FailedStore& store) {
  write_record(wal_folder, kFailureRecord,
               failure_record(store, boot_id(), std::to_string(since_boot().count())));
}

}  // namespace walstow
