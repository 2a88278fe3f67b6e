// The part of a status that reports to which moments the archive can recover. Blocking. Reads a few
// records of the index of time. Errors: as in store/backend/backend.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/wire/report.h"
#include "store/archive/archive.h"
#include "store/inventory/absence.h"
#include "store/inventory/times_index.h"

namespace walstow {

// A log and what concerns recoveries from it.
struct RecoverableLog {
  KnownLog known;             // contains the runs of each timeline
  std::vector<EraName> eras;  // whose files the log consists of, the newest first
  std::vector<BackupReport> backups;
  std::vector<BreakReport> breaks;
};

// Returns the recovery along the timeline in use of `newest`, the log's newest era. Returns nullopt
// if no backup can be recovered.
std::optional<RecoverableReport> recoverable_state(const Archive& archive, const TimesIndex& index,
                                                   const std::string& cluster,
                                                   const RecoverableLog& log,
                                                   const EraReport& newest);

}  // namespace walstow
