// JSON bodies of answers about retention: as proto/wire/report.h.
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
  std::string from, to;  // as they were given; `to` may be ""
  std::string reason, by;
  Time added;
  bool operator==(const HoldReport&) const = default;
};

// A base backup: a recovery from it needs the segments from `first` to `last`, and then what
// follows. What its file does not say is "".
struct BackupReport {
  std::string name;  // of its .backup file, or the id of one that was added by hand
  std::string era;
  std::uint32_t timeline = 0;
  std::string start, stop;  // LSNs
  std::string first, last;  // segments
  std::string label;
  std::optional<Time> started;  // as far as it is in UTC
  Time stopped;                 // likewise; else when its file was put
  bool added = false;           // by hand
  bool pruned = false;          // the segment where it starts is gone: it cannot be recovered
  std::string put_by = {};      // the client; of one that was added, who has added it
  // When its file was put, by the store's clock. nullopt: it was added.
  std::optional<Time> put = {};
  bool operator==(const BackupReport&) const = default;
};

// By which a daemon prunes.
struct PolicyReport {
  PrunePolicy policy;
  std::string by;
  Time set;
  bool operator==(const PolicyReport&) const = default;
};

// What is set for a cluster; nullopt: it is not.
struct ClusterPolicy {
  std::optional<PolicyReport> policy;
  std::optional<std::uint64_t> quota;  // bytes, as stored
  bool operator==(const ClusterPolicy&) const = default;
};

// Retention of an era, as a status shows it.
struct RetentionReport {
  std::optional<PolicyReport> policy;  // nullopt: none is set
  // What a prune by the policy, or without one, would come to now, as in a plan.
  std::string floor;
  std::string reason;
  std::vector<std::string> notes;
  std::uint64_t files = 0, stored_bytes = 0;  // that would go
  std::string pruned;                         // LSN: what is below has been pruned; "" for nothing
  // Why nothing is pruned by age for now: the store's clock has jumped; "" while it is trusted.
  std::string clock = {};
  bool operator==(const RetentionReport&) const = default;
};

// What would go. Nothing goes where `floor` is "" and no timeline is named.
struct PrunePlanReport {
  std::string archive, cluster, era;
  std::string floor;                      // LSN
  std::optional<std::uint32_t> timeline;  // a dead branch that goes
  std::string reason;                     // why the floor is there, or why nothing goes
  std::vector<std::string> notes, kept_backups;
  std::vector<std::string> kept_put_by;       // of each of `kept_backups`, who has put it
  std::vector<std::string> older_eras;        // which are left alone, unless one is named
  std::uint64_t files = 0, stored_bytes = 0;  // that would go
  std::uint32_t unfinished = 0;               // number of a prune that was cut short; 0: none
  bool operator==(const PrunePlanReport&) const = default;
};

// A prune on its way.
struct PruneReport {
  std::uint32_t number = 0;
  std::string state;  // "intent": there is more to remove; "done"; "withdrawn"
  std::string floor;
  std::optional<std::uint32_t> timeline;
  std::string reason;  // of the floor; of a withdrawal, who needs what is below
  std::string by;
  Time begun;
  std::uint64_t files = 0, stored_bytes = 0;  // removed so far
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
