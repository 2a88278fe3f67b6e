// JSON bodies of answers about retention, as in proto/wire/report.h.
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
  std::string from, to;  // as given; `to` may be ""
  std::string reason, by;
  Time added;
  bool operator==(const HoldReport&) const = default;
};

// A base backup. A recovery from it needs the segments from `first` to `last`, and then the
// following ones. Members that its file does not contain are "".
struct BackupReport {
  std::string name;  // of its .backup file, or the id of a backup added by hand
  std::string era;
  std::uint32_t timeline = 0;
  std::string start, stop;  // LSNs
  std::string first, last;  // segments
  std::string label;
  std::optional<Time> started;  // if the file has it in UTC
  Time stopped;                 // likewise; else when its file was put
  bool added = false;           // by hand
  bool pruned = false;          // its first segment has been deleted: it cannot be recovered
  std::string put_by = {};      // the client; for one added by hand, who added it
  // When its file was put, by the store's clock. nullopt: it was added by hand.
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

// Retention of an era, as a status shows it.
struct RetentionReport {
  std::optional<PolicyReport> policy;  // nullopt: no policy
  // The result of a prune now, by the policy or without one, as in a plan.
  std::string floor;
  std::string reason;
  std::vector<std::string> notes;
  std::uint64_t files = 0, stored_bytes = 0;  // that would be deleted
  std::string pruned;                         // LSN: everything below has been pruned; "": nothing
  // Why nothing is currently pruned by age: the store's clock has jumped; "" while it is trusted.
  std::string clock = {};
  bool operator==(const RetentionReport&) const = default;
};

// What a prune would delete: nothing where `floor` is "" and no timeline is named.
struct PrunePlanReport {
  std::string archive, cluster, era;
  std::string floor;                      // LSN
  std::optional<std::uint32_t> timeline;  // the dead branch to delete
  std::string reason;                     // for the floor, or why nothing is deleted
  std::vector<std::string> notes, kept_backups;
  std::vector<std::string> kept_put_by;       // for each of `kept_backups`, who put it
  std::vector<std::string> older_eras;        // which are left alone, unless one is named
  std::uint64_t files = 0, stored_bytes = 0;  // that would be deleted
  std::uint32_t unfinished = 0;               // number of an interrupted prune; 0: none
  bool operator==(const PrunePlanReport&) const = default;
};

// A prune in progress.
struct PruneReport {
  std::uint32_t number = 0;
  std::string state;  // "intent": there is more to delete; "done"; "withdrawn"
  std::string floor;
  std::optional<std::uint32_t> timeline;
  std::string reason;  // of the floor; of a withdrawal, the consumer that needs WAL below it
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
