// Judges the files that wait to be archived: whether there are too many, and whether they may fill
// the disk. Pure.
#pragma once

#include <cstdint>

#include "proto/pgdata/ready_files.h"
#include "store/admin/check/check_result.h"

namespace walstow {

struct BacklogFacts {
  ArchiveBacklog backlog;
  std::uint64_t segment_size = 0;                // bytes
  std::uint64_t free_bytes = 0, disk_bytes = 0;  // of the file system that contains pg_wal
};

// How long a file may wait before the check reports a warning, and before it reports a critical
// problem.
struct WaitLimits {
  std::chrono::seconds warning{600}, critical{3600};
};

void add_backlog(const BacklogFacts& facts, const WaitLimits& limits, Time now,
                 CheckResult& result);

}  // namespace walstow
