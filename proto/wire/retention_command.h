// Requests about retention: holds, backups, standbys, and pruning itself. Part of
// proto/wire/command.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "proto/base/utc_time.h"
#include "proto/http/page.h"
#include "proto/wal/log_position.h"
#include "proto/wal/lsn.h"
#include "proto/wire/refusal.h"

namespace walstow {

// The client that adds a hold or backup chooses a random id: 12 lower-case hex digits. So it can
// repeat a request whose answer was lost.

// PUT /v1/clusters/{cluster}/holds/{id}: keeps everything from `from` onward, in the newest era.
struct AddHold {
  std::string cluster, id;
  LogPosition from{Lsn{}};
  std::optional<LogPosition> to;  // only shown to people: the hold keeps everything after it, too
  std::string reason;
  bool operator==(const AddHold&) const = default;
};

// DELETE /v1/clusters/{cluster}/holds/{id}
struct RemoveHold {
  std::string cluster, id;
  bool operator==(const RemoveHold&) const = default;
};

// GET /v1/clusters/{cluster}/holds?after=PLACE&limit=N
struct ListHolds {
  std::string cluster;
  PageRange page = {};
  bool operator==(const ListHolds&) const = default;
};

// PUT /v1/clusters/{cluster}/backups/{id}: registers a backup without a .backup file.
struct AddBackup {
  std::string cluster, id;
  LogPosition start{Lsn{}};  // START WAL LOCATION of the backup
  Lsn stop;                  // the position at which the backup is consistent
  Timeline timeline;
  Time stopped;
  std::string label;
  bool operator==(const AddBackup&) const = default;
};

// DELETE /v1/clusters/{cluster}/backups/{id}
struct RemoveBackup {
  std::string cluster, id;
  bool operator==(const RemoveBackup&) const = default;
};

// GET /v1/clusters/{cluster}/backups?after=PLACE&limit=N
struct ListBackups {
  std::string cluster;
  PageRange page = {};
  bool operator==(const ListBackups&) const = default;
};

// GET /v1/clusters/{cluster}/standbys?after=PLACE&limit=N
struct ListStandbys {
  std::string cluster;
  PageRange page = {};
  bool operator==(const ListStandbys&) const = default;
};

// DELETE /v1/clusters/{cluster}/standbys/{client}/{instance}: from now on no WAL is kept for this
// standby, unless it reports again.
struct ForgetStandby {
  std::string cluster, client, instance;
  bool operator==(const ForgetStandby&) const = default;
};

// The WAL that an administrator wants to keep, in addition to the WAL that consumers need.
// store/retention/retention_rule.h defines the rule.
struct PrunePolicy {
  // keep_backups and keep_days are either both set or both nullopt. With keep_backups 0, only
  // backups younger than keep_days are kept. This is valid only for an era that is not the newest.
  std::optional<std::uint32_t> keep_backups;
  std::optional<std::uint32_t> keep_days;
  std::optional<LogPosition> before;
  std::string backup_label;  // a pattern; "": every backup counts
  std::optional<std::uint32_t> standby_limit_days;
  std::optional<Timeline> timeline;  // delete this dead branch, and nothing else
  // The newest backup of each month and year is kept. These are the numbers of months and years,
  // counting only those that have a backup. Only together with keep_backups. nullopt: not stated;
  // otherwise the same as 0.
  std::optional<std::uint32_t> keep_monthly = {}, keep_yearly = {};
  bool operator==(const PrunePolicy&) const = default;
};

inline constexpr std::uint32_t kMostMonths = 1200;
inline constexpr std::uint32_t kMostYears = 100;

// PUT /v1/clusters/{cluster}/policy: from now on, a daemon prunes by this policy. At least one of
// policy and quota is present. The other one, if absent, stays unchanged.
struct SetPolicy {
  std::string cluster;
  PrunePolicy policy = {};  // `keep_backups` is at least 1; `before` and `timeline` are not set
  std::optional<std::uint64_t> quota = {};  // bytes, as stored; 0: no quota
  bool operator==(const SetPolicy&) const = default;
};

// GET /v1/clusters/{cluster}/policy
struct ShowPolicy {
  std::string cluster;
  bool operator==(const ShowPolicy&) const = default;
};

// DELETE /v1/clusters/{cluster}/policy
struct RemovePolicy {
  std::string cluster;
  bool operator==(const RemovePolicy&) const = default;
};

// GET /v1/clusters/{cluster}/prune: asks what a prune would delete.
struct PlanPrune {
  std::string cluster;
  PrunePolicy policy;
  std::optional<EraName> era = {};  // nullopt: the newest
  bool operator==(const PlanPrune&) const = default;
};

// POST /v1/clusters/{cluster}/prune: records what the prune will delete; nothing is deleted on
// return.
struct BeginPrune {
  std::string cluster;
  PrunePolicy policy;
  // The floor that was shown to the caller. The floor of this prune is not above it.
  std::optional<Lsn> floor;
  std::optional<EraName> era = {};
  bool operator==(const BeginPrune&) const = default;
};

// POST /v1/clusters/{cluster}/prune/{number}: deletes for about a second (kPruneStep in
// store/retention/prune.h), or for longer if reading the consumers takes long. The client repeats
// the request until the prune is done.
struct ContinuePrune {
  std::string cluster;
  std::uint32_t number = 0;
  std::optional<EraName> era = {};
  bool operator==(const ContinuePrune&) const = default;
};

// DELETE /v1/clusters/{cluster}/prune: ends the unfinished prune. Files not yet deleted are kept.
struct AbandonPrune {
  std::string cluster;
  std::optional<EraName> era = {};
  bool operator==(const AbandonPrune&) const = default;
};

}  // namespace walstow
