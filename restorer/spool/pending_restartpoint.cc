#include "restorer/spool/pending_restartpoint.h"

#include "proto/base/deadline.h"
#include "proto/pgdata/spool_folder.h"

namespace walstow {
namespace {

constexpr std::string_view kRestartpointRecord = "restartpoint";
constexpr std::string_view kRestartpointLock = "restartpoint.lock";
constexpr const char* kInstance = "instance";
constexpr const char* kSegment = "segment";

// The startup process's restore and the checkpointer's report may run at once.
std::unique_ptr<FileLock> lock(FileSystem& wal_folder) {
  constexpr Duration kLockWait{500};
  return wal_folder.lock(in_spool(kRestartpointLock), Deadline::after(kLockWait).when());
}

}  // namespace

std::optional<WalFileName> pending_restartpoint(FileSystem& wal_folder,
                                                const std::string& instance) {
  const std::optional<SpoolRecord> record = read_record(wal_folder, kRestartpointRecord);
  if (!record) return std::nullopt;
  const auto owner = record->find(kInstance);
  const auto segment = record->find(kSegment);
  if (owner == record->end() || owner->second != instance) return std::nullopt;
  if (segment == record->end()) return std::nullopt;
  std::optional<WalFileName> name = WalFileName::parse(segment->second);
  if (!name || name->kind() != FileKind::kSegment) return std::nullopt;
  return name;
}

void keep_restartpoint(FileSystem& wal_folder, const std::string& instance,
                       const WalFileName& restartpoint) {
  make_folders_durably(wal_folder, std::string(kSpoolFolder));
  const std::unique_ptr<FileLock> held = lock(wal_folder);
  write_record(wal_folder, kRestartpointRecord,
               {{kInstance, instance}, {kSegment, restartpoint.text()}});
}

void forget_restartpoint(FileSystem& wal_folder, const std::string& instance,
                         const WalFileName& told) {
  if (!wal_folder.status(in_spool(kRestartpointRecord))) return;
  const std::unique_ptr<FileLock> held = lock(wal_folder);
  // Without the lock it stays, and is told once more.
  if (held == nullptr || pending_restartpoint(wal_folder, instance) != told) return;
  wal_folder.remove(in_spool(kRestartpointRecord));
}

}  // namespace walstow
