#include "store/retention/retention_status.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "proto/base/error.h"
#include "store/retention/archive_clock.h"
#include "store/retention/prune_decision.h"
#include "store/retention/prune_policy.h"
#include "store/retention/retention_inventory.h"
#include "store/retention/tombstones.h"

namespace walstow {
namespace {

std::string pruned_below(const std::vector<Tombstone>& tombstones, SegmentSize size) {
  SegmentNumber limit;
  for (const Tombstone& one : tombstones) {
    if (!one.timeline) limit = std::max(limit, one.limit());
  }
  return limit.value == 0 ? "" : to_string(start_of(limit, size));
}

std::vector<std::string> unfinished(const std::vector<Tombstone>& tombstones, SegmentSize size) {
  std::vector<std::string> notes;
  for (const Tombstone& one : tombstones) {
    if (one.state == Tombstone::State::kIntent) notes.push_back(describe_unfinished(one, size));
  }
  return notes;
}

// A single record counts as one of a list: its fault says nothing about the others.
template <class Read>
auto read_or_note(Read read, DamagedRecords& damaged) -> decltype(read()) {
  try {
    return read();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kDamaged && error.kind() != ErrorKind::kUsage) throw;
    damaged.emplace_back(error.what());
    return {};
  }
}

}  // namespace

RetentionReport retention_status(const Archive& archive, const std::string& cluster,
                                 const EraInventory& files, DamagedRecords& damaged) {
  const EraName& era = files.era();
  const SegmentSize size = segment_size_of(era);
  RetentionReport report;
  const auto policy_record = [&] { return read_policy(archive, cluster); };
  report.policy = read_or_note(policy_record, damaged);
  const auto records = [&] { return list_tombstones(archive.backend(), cluster, era); };
  const std::vector<Tombstone> tombstones = read_or_note(records, damaged);
  report.pruned = pruned_below(tombstones, size);
  const auto clock_record = [&] { return read_clock(archive); };
  const std::optional<ArchiveClock> kept = read_or_note(clock_record, damaged);
  if (!damaged.empty()) {
    report.reason =
        fmt::format("nothing is pruned while a record cannot be read: {}", damaged.front());
    return report;
  }
  RetentionInventory inventory = take_inventory(archive, cluster, files, &damaged);
  if (!damaged.empty()) {
    report.reason =
        fmt::format("nothing is pruned while a record cannot be read: {}", damaged.front());
    return report;
  }
  const PrunePolicy asked = report.policy ? report.policy->policy : PrunePolicy();
  const Time now = std::chrono::system_clock::now();
  // If the clock was never stored, nobody has pruned and no daemon has run: there is nothing to
  // compare with.
  const ArchiveClock clock = kept ? look_at_clock(archive, kept, now) : ArchiveClock();
  report.clock = clock.doubt_text(cluster);
  // A stored policy has no position, which could belong to another era.
  RetentionPlan plan =
      plan_by_clock(inventory, policy_for(asked, era).value(), clock, now, cluster);
  const Amount amount = amount_of(archive, cluster, files, plan);
  const std::vector<std::string> objections =
      report.policy ? objections_of_clock(inventory, asked, clock, now)
                    : std::vector<std::string>();
  report.floor = plan.floor ? to_string(start_of(*plan.floor, size)) : "";
  report.reason = std::move(plan.reason);
  report.notes = unfinished(tombstones, size);
  for (const std::string& objection : objections)
    report.notes.push_back(fmt::format("the policy waits: {}", objection));
  std::ranges::move(plan.notes, std::back_inserter(report.notes));
  report.notes.resize(std::min(report.notes.size(), kMostNotesShown));
  report.period_backups = reports_of(plan.period_backups, size);
  report.files = amount.files;
  report.stored_bytes = amount.stored_bytes;
  return report;
}

}  // namespace walstow
