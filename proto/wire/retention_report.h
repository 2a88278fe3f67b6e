// JSON bodies of answers about retention. The rules are those of proto/wire/report.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/wire/retention_command.h"

namespace walstow {

struct HoldReport {
  std::string id, era;
  std::string from, to;  // as the administrator gave them; `to` may be ""
  std::string reason, by;
  Time added;
  bool operator==(const HoldReport&) const = default;
};

// A base backup. A recovery from it needs the segments from `first` to `last`, and then the
// following ones. A field is "" if the backup's file has no value for it.
struct BackupReport {
  // The name of the backup's .backup file, or the id of a backup added by hand.
  std::string name;
  std::string era;
  std::uint32_t timeline = 0;
  std::string start, stop;  // LSNs
  std::string first, last;  // segments
  std::string label;
  std::optional<Time> started;  // set if the file gives the time in UTC
  // The time in the file, if that is in UTC; otherwise the time when the file was put.
  Time stopped;
  bool added = false;  // an administrator added it by hand
  // The backup's first segment has been deleted, so no recovery from it is possible.
  bool pruned = false;
  // The client that put the backup's file, or that added the backup by hand.
  std::string put_by = {};
  // When the backup's file was put, by the store's clock. nullopt: the backup was added by hand.
  std::optional<Time> put = {};
  bool operator==(const BackupReport&) const = default;
};

// The policy by which a daemon prunes.
struct PolicyReport {
  PrunePolicy policy;
  std::string by;
  Time set;
  bool operator==(const PolicyReport&) const = default;
};

// A cluster's settings; nullopt: not set.
struct ClusterPolicy {
  std::optional<PolicyReport> policy;
  std::optional<std::uint64_t> quota;  // bytes, as stored
  bool operator==(const ClusterPolicy&) const = default;
};

// A backup that is kept only because it is the newest one of a month or a year.
struct PeriodBackupReport {
  std::string name, put_by;  // as in BackupReport
  std::string month, year;   // "2026-10" and "2026"; "": not the newest one of its month or year
  std::string first, last;   // the segments that are kept for the backup; no WAL after them is kept
  bool operator==(const PeriodBackupReport&) const = default;
};

// The retention of an era, as `walstow status` shows it.
struct RetentionReport {
  std::optional<PolicyReport> policy;  // nullopt: no policy
  // What a prune would do now, with the policy or without one. The members have the same meaning as
  // in PrunePlanReport.
  std::string floor;
  std::string reason;
  std::vector<std::string> notes;
  std::uint64_t files = 0, stored_bytes = 0;  // the amount that a prune would delete
  // An LSN: everything below it has been pruned. "": nothing has been pruned.
  std::string pruned;
  // The reason why nothing is currently deleted by age: the store's clock has jumped. "" if the
  // clock is trusted.
  std::string clock = {};
  std::vector<PeriodBackupReport> period_backups = {};
  bool operator==(const RetentionReport&) const = default;
};

// What a prune would delete. It deletes nothing if `floor` is "" and no timeline is named.
struct PrunePlanReport {
  std::string archive, cluster, era;
  std::string floor;                      // LSN
  std::optional<std::uint32_t> timeline;  // the dead branch that would be deleted
  std::string reason;                     // why the floor is there, or why nothing is deleted
  std::vector<std::string> notes, kept_backups;
  std::vector<std::string> kept_put_by;  // for each of `kept_backups`, the client that put it
  // Eras that the prune does not touch, unless one is named.
  std::vector<std::string> older_eras;
  std::uint64_t files = 0, stored_bytes = 0;  // the amount that the prune would delete
  std::uint32_t unfinished = 0;               // number of an interrupted prune; 0: none
  std::vector<PeriodBackupReport> period_backups = {};
  bool operator==(const PrunePlanReport&) const = default;
};

// A prune in progress.
struct PruneReport {
  std::uint32_t number = 0;
  std::string state;  // "intent": there is more to delete; "done"; "withdrawn"
  std::string floor;
  std::optional<std::uint32_t> timeline;
  // Why the floor is there; after a withdrawal, the consumer that needs WAL below it.
  std::string reason;
  std::string by;
  Time begun;
  std::uint64_t files = 0, stored_bytes = 0;  // deleted so far
  bool operator==(const PruneReport&) const = default;
};

std::string to_json(const std::vector<HoldReport>& holds, const std::string& next = {});
std::string to_json(const std::vector<BackupReport>& backups, const std::string& next = {});
std::string to_json(const ClusterPolicy& policy);
std::string to_json(const PrunePlanReport& plan);
std::string to_json(const PruneReport& prune);

std::vector<HoldReport> parse_hold_reports(std::string_view body);
std::vector<BackupReport> parse_backup_reports(std::string_view body);
ClusterPolicy parse_cluster_policy(std::string_view body);
PrunePlanReport parse_prune_plan(std::string_view body);
PruneReport parse_prune_report(std::string_view body);

}  // namespace walstow
