#include "store/retention/prune.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/deadline.h"
#include "proto/base/log.h"
#include "proto/base/stoppable_sleep.h"
#include "proto/base/suggestion.h"
#include "store/backend/with_reserve.h"
#include "store/inventory/break_marks.h"
#include "store/inventory/times_list.h"
#include "store/retention/oldest_first.h"
#include "store/retention/prune_decision.h"
#include "store/retention/quota.h"
#include "store/retention/retention_inventory.h"
#include "store/retention/retention_rule.h"
#include "store/retention/tombstones.h"

namespace walstow {
namespace {

using State = Tombstone::State;

constexpr std::chrono::milliseconds kLongestStep{20000};
constexpr std::chrono::milliseconds kShortRemoval{100};
constexpr std::chrono::milliseconds kLongRemoval{250};

// A pause between two removals, so that an update of a record gets its turn: while it waits for the
// lock, it retries a little more often than that.
constexpr std::chrono::milliseconds kGiveWay{15};

PruneReport report_of(const Tombstone& tombstone, SegmentSize size) {
  return {.number = tombstone.number,
          .state = std::string(to_string(tombstone.state)),
          .floor = to_string(start_of(tombstone.limit(), size)),
          .timeline = tombstone.timeline ? std::optional(tombstone.timeline->value) : std::nullopt,
          .reason = tombstone.reason,
          .by = tombstone.by,
          .begun = tombstone.begun,
          .files = tombstone.files,
          .stored_bytes = tombstone.stored_bytes};
}

void log_end(const Tombstone& tombstone, const std::string& cluster, SegmentSize size) {
  log_line(
      tombstone.state == State::kDone ? LogLevel::kInfo : LogLevel::kWarning,
      fmt::format(
          "prune {} of cluster \"{}\" is {}: {} files ({} bytes) below floor {} were deleted; {}",
          tombstone.number, cluster, to_string(tombstone.state), tombstone.files,
          tombstone.stored_bytes, to_string(start_of(tombstone.limit(), size)), tombstone.reason));
}

std::optional<Tombstone> find_unfinished(const Archive& archive, const std::string& cluster,
                                         const EraName& era) {
  for (const Tombstone& one : list_tombstones(archive.backend(), cluster, era)) {
    if (one.state == State::kIntent) return one;
  }
  return std::nullopt;
}

// One step of an unfinished prune.
class PruneStep {
 public:
  PruneStep(const Archive& archive, const std::string& cluster, const EraName& era,
            Tombstone tombstone, const RetentionPolicy& policy, std::stop_token stop)
      : archive_(archive),
        cluster_(cluster),
        era_(era),
        size_(segment_size_of(era)),
        tombstone_(std::move(tombstone)),
        policy_(policy),
        stop_(std::move(stop)),
        inventory_(size_) {}

  Tombstone run(std::chrono::milliseconds step);

 private:
  // Returns why the prune must be withdrawn. "": it may continue.
  std::string look_at_consumers();
  void keep_what_the_tombstone_keeps();
  std::string objection_of(const RetentionPlan& plan) const;
  bool is_unchanged();
  bool remove_some(OldestFirst& files);
  void change(const TombstoneChange& change);

  const Archive& archive_;
  const std::string& cluster_;
  const EraName& era_;
  SegmentSize size_;
  Tombstone tombstone_;
  const RetentionPolicy& policy_;
  std::stop_token stop_;
  std::size_t at_once_ = kFirstRemovals;
  RetentionInventory inventory_;
  RetentionPlan plan_;
};

void PruneStep::change(const TombstoneChange& change) {
  const auto existing =
      change_tombstone(archive_.backend(), cluster_, era_, tombstone_.number, change);
  if (!existing) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("the record of prune {} of cluster \"{}\" was removed",
                            tombstone_.number, cluster_));
  }
  tombstone_ = *existing;
}

// Returns which WAL the plan needs that the tombstone does not leave. "": none.
std::string PruneStep::objection_of(const RetentionPlan& plan) const {
  const bool stays = tombstone_.timeline ? plan.dead_timeline.has_value()
                                         : plan.floor && *plan.floor >= tombstone_.floor;
  if (!stays) return plan.reason;
  for (const RetentionPlan::PeriodBackup& backup : plan.period_backups) {
    for (const KeptRange& range : backup.ranges) {
      const bool concerns = range.first < tombstone_.floor && tombstone_.concerns(range.timeline);
      if (!concerns || is_within(tombstone_.kept, part_below(range, tombstone_.floor))) continue;
      return fmt::format("backup {}, the newest one of {}, needs it", backup.name,
                         backup.month.empty() ? backup.year : backup.month);
    }
  }
  return {};
}

// Uses the policy and the time with which the prune began, so that only later changes can alter the
// plan. What the tombstone keeps stays, even if the plan has no need of it any more.
std::string PruneStep::look_at_consumers() {
  archive_.verify_present();
  archive_.verify_era(cluster_, era_);
  inventory_ = take_inventory(archive_, cluster_, read_era(archive_, cluster_, era_, stop_));
  const Time now = std::max(tombstone_.begun, std::chrono::system_clock::now());
  inventory_.future_times = read_clock(archive_).value_or(ArchiveClock()).future_times(now);
  plan_ = plan_retention(inventory_, policy_, tombstone_.begun);
  std::string objection = objection_of(plan_);
  if (!tombstone_.timeline) plan_.floor = tombstone_.floor;
  keep_what_the_tombstone_keeps();
  return objection;
}

void PruneStep::keep_what_the_tombstone_keeps() {
  plan_.kept_ranges = tombstone_.kept;
  plan_.highest = tombstone_.highest.value_or(plan_.highest);
}

// Whether the consumers that exist only as records need no more than before. If they do, the whole
// inventory decides.
bool PruneStep::is_unchanged() {
  RetentionInventory now = inventory_;
  read_records_again(archive_, cluster_, era_, now);
  RetentionPlan plan = plan_retention(now, policy_, tombstone_.begun);
  inventory_ = std::move(now);
  if (!objection_of(plan).empty()) return false;
  if (tombstone_.timeline) {
    plan_ = std::move(plan);  // for the stretches that are needed now
    keep_what_the_tombstone_keeps();
  }
  return true;
}

// False: nothing more to remove.
bool PruneStep::remove_some(OldestFirst& files) {
  std::vector<OldestFirst::File> some;
  while (some.size() < at_once_) {
    auto file = files.next(tombstone_.floor);
    if (!file) break;
    if (may_go(plan_, file->facts)) some.push_back(*std::move(file));
  }
  if (some.empty()) return false;
  change({.reached = SegmentNumber{some.back().facts.number.value + 1}});
  if (tombstone_.state != State::kIntent) return false;
  std::vector<std::string> keys;
  std::uint64_t bytes = 0;
  for (const OldestFirst::File& file : some) {
    keys.push_back(file.key);
    bytes += file.stored_size;
  }
  const auto begun = Clock::now();
  const std::size_t removed = archive_.backend().remove_objects(keys);
  at_once_ = next_removals(at_once_, Clock::now() - begun);
  // If another process was faster with some of them, only their number is known.
  change({.files = removed, .stored_bytes = bytes * removed / keys.size()});
  sleep_unless_stopped(kGiveWay, stop_);
  return true;
}

Tombstone PruneStep::run(std::chrono::milliseconds step) {
  const auto begun = Clock::now();
  if (const std::string objection = look_at_consumers(); !objection.empty()) {
    change({.state = State::kWithdrawn, .reason = objection});
    return tombstone_;
  }
  const auto looked = Clock::now() - begun;
  const auto longer = std::min<Clock::duration>(4 * looked, kLongestStep);
  const auto end = Clock::now() + std::max<Clock::duration>(step, longer);
  OldestFirst files(archive_.backend(), cluster_, era_, inventory_.timelines);
  while (tombstone_.state == State::kIntent && Clock::now() < end && !stop_.stop_requested()) {
    if (!is_unchanged()) return tombstone_;  // the next step decides
    if (remove_some(files) || tombstone_.state != State::kIntent) continue;
    forget_breaks(archive_.backend(), cluster_, era_);
    forget_times(archive_.backend(), cluster_, era_, tombstone_.limit());
    change({.state = State::kDone});
  }
  return tombstone_;
}

// Stores the clock here, too: if nothing is to be removed, no prune follows that would store it. An
// archive that cannot be written can still be planned for.
ArchiveClock clock_of_plan(const Archive& archive, Time now) {
  try {
    return keep_clock(archive, now);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kStorage) throw;
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return look_at_clock(archive, read_clock(archive), now);
  }
}

OrRefusal<PruneReport> begin_once(const Archive& archive, const BeginPrune& begin,
                                  const std::string& by, Time now, const std::stop_token& stop,
                                  PruneFor whom) {
  const ArchiveClock clock = keep_clock(archive, now, stop);
  // In whole seconds, as they are stored: a later step decides as of the same moment.
  const Time begun = std::chrono::floor<std::chrono::seconds>(now);
  const Time as_of = std::chrono::floor<std::chrono::seconds>(clock.as_of(begun));
  const PruneOrder order{
      .cluster = begin.cluster, .policy = begin.policy, .era = begin.era, .floor = begin.floor};
  const auto decision = decide_prune(archive, order, clock, begun, stop);
  if (!decision) return decision.error();
  const auto& [era, older_eras, plan, amount, objections] = decision.value();
  const SegmentSize size = segment_size_of(era);
  const bool waits = whom == PruneFor::kPolicy && !objections.empty();
  if (amount.files == 0 || waits) {
    return PruneReport{.number = 0,
                       .state = "done",
                       .floor = plan.floor ? to_string(start_of(*plan.floor, size)) : "",
                       .reason = waits ? objections.front() : plan.reason,
                       .by = by,
                       .begun = now};
  }
  const auto tombstone = create_tombstone(archive.backend(), begin.cluster, era,
                                          {.floor = plan.floor.value_or(amount.end),
                                           .timeline = plan.dead_timeline,
                                           .reached = {},
                                           .policy = begin.policy,
                                           .reason = plan.reason,
                                           .by = by,
                                           .begun = as_of,
                                           .kept = plan.kept_ranges,
                                           .highest = plan.highest});
  if (!tombstone) {
    return make_refusal(
        Code::kExists, fmt::format("another prune of cluster \"{}\" is unfinished", begin.cluster),
        fmt::format("{} completes it first.", suggestion({"prune", begin.cluster})));
  }
  log_line(LogLevel::kInfo,
           fmt::format("prune {} of cluster \"{}\" by \"{}\": {} files ({} bytes) below floor {} "
                       "are to be deleted, {} backups are kept; {}",
                       tombstone->number, begin.cluster, by, amount.files, amount.stored_bytes,
                       to_string(start_of(tombstone->floor, size)),
                       plan.kept_backups.size() + plan.period_backups.size(), plan.reason));
  for (const std::string& note : plan.notes) {
    log_line(LogLevel::kInfo,
             fmt::format("prune {} of cluster \"{}\": {}", tombstone->number, begin.cluster, note));
  }
  return report_of(*tombstone, size);
}

OrRefusal<PruneReport> continue_once(const Archive& archive, const ContinuePrune& go_on,
                                     std::chrono::milliseconds step, const std::stop_token& stop) {
  const auto found = era_of(archive, go_on.cluster, go_on.era);
  if (!found) return found.error();
  const auto& era = found.value();
  const auto all = list_tombstones(archive.backend(), go_on.cluster, era);
  const auto existing = std::ranges::find(all, go_on.number, &Tombstone::number);
  if (existing == all.end()) {
    return make_refusal(Code::kNoSuchRecord, fmt::format("there is no prune {} in cluster \"{}\"",
                                                         go_on.number, go_on.cluster));
  }
  const auto policy = policy_for(existing->policy, era);
  if (!policy) return policy.error();
  const SegmentSize size = segment_size_of(era);
  if (existing->state != State::kIntent) return report_of(*existing, size);
  const Tombstone tombstone =
      PruneStep(archive, go_on.cluster, era, *existing, policy.value(), stop).run(step);
  if (tombstone.state != State::kIntent) log_end(tombstone, go_on.cluster, size);
  return report_of(tombstone, size);
}

OrRefusal<PruneReport> abandon_once(const Archive& archive, const AbandonPrune& abandon,
                                    const std::string& by) {
  const auto found = era_of(archive, abandon.cluster, abandon.era);
  if (!found) return found.error();
  const auto& era = found.value();
  const auto begun = find_unfinished(archive, abandon.cluster, era);
  if (!begun) {
    return make_refusal(Code::kNoSuchRecord,
                        fmt::format("no prune of cluster \"{}\" is in progress", abandon.cluster),
                        fmt::format("It may have ended already. {} shows what was pruned.",
                                    suggestion({"status", abandon.cluster})));
  }
  const TombstoneChange end{.state = State::kWithdrawn,
                            .reason = fmt::format("abandoned by {}", by)};
  const auto existing =
      change_tombstone(archive.backend(), abandon.cluster, era, begun->number, end);
  const SegmentSize size = segment_size_of(era);
  // The process that ran it may have completed it meanwhile: the report shows that.
  if (existing && existing->state == State::kWithdrawn) log_end(*existing, abandon.cluster, size);
  return report_of(existing.value_or(*begun), size);
}

}  // namespace

std::size_t next_removals(std::size_t last, std::chrono::steady_clock::duration took) {
  if (took < kShortRemoval) return std::min(2 * last, kMostRemovals);
  if (took > kLongRemoval) return std::max(last / 2, kFirstRemovals);
  return last;
}

OrRefusal<PrunePlanReport> plan_prune(const Archive& archive, const PlanPrune& asked, Time now) {
  const PruneOrder order{
      .cluster = asked.cluster, .policy = asked.policy, .era = asked.era, .floor = {}};
  const auto decision = decide_prune(archive, order, clock_of_plan(archive, now), now, {});
  if (!decision) return decision.error();
  const auto& [era, older_eras, plan, amount, objections] = decision.value();
  PrunePlanReport report{
      .archive = archive.id(),
      .cluster = asked.cluster,
      .era = to_string(era),
      .floor = plan.floor ? to_string(start_of(*plan.floor, segment_size_of(era))) : "",
      .timeline = plan.dead_timeline ? std::optional(plan.dead_timeline->value) : std::nullopt,
      .reason = plan.reason,
      .notes = plan.notes,
      .kept_backups = {},
      .kept_put_by = {},
      .older_eras = {},
      .files = amount.files,
      .stored_bytes = amount.stored_bytes,
      .unfinished = 0,
      .period_backups = reports_of(plan.period_backups, segment_size_of(era))};
  report.notes.insert(report.notes.begin(), objections.begin(), objections.end());
  for (const RetentionPlan::KeptBackup& kept : plan.kept_backups) {
    report.kept_backups.push_back(kept.name);
    report.kept_put_by.push_back(kept.put_by);
  }
  if (const auto existing = find_unfinished(archive, asked.cluster, era)) {
    report.unfinished = existing->number;
    report.notes.insert(report.notes.begin(), describe_unfinished(*existing, segment_size_of(era)));
  }
  if (!asked.era) {
    for (const EraName& one : older_eras)
      report.older_eras.push_back(to_string(one));
  }
  return report;
}

std::uint32_t unfinished_prune(const Archive& archive, const std::string& cluster,
                               const EraName& era) {
  const auto existing = find_unfinished(archive, cluster, era);
  return existing ? existing->number : 0;
}

OrRefusal<PruneReport> begin_prune(const Archive& archive, const BeginPrune& begin,
                                   const std::string& by, Time now, const std::stop_token& stop,
                                   PruneFor whom) {
  return with_reserve(archive.backend(),
                      [&] { return begin_once(archive, begin, by, now, stop, whom); });
}

OrRefusal<PruneReport> continue_prune(const Archive& archive, const ContinuePrune& go_on,
                                      std::chrono::milliseconds step, const std::stop_token& stop) {
  auto report =
      with_reserve(archive.backend(), [&] { return continue_once(archive, go_on, step, stop); });
  if (report && report.value().state != to_string(State::kIntent)) {
    archive.backend().hold_reserve();
    if (report.value().files > 0) forget_stored_bytes(archive.backend(), go_on.cluster);
  }
  return report;
}

OrRefusal<PruneReport> abandon_prune(const Archive& archive, const AbandonPrune& abandon,
                                     const std::string& by) {
  return with_reserve(archive.backend(), [&] { return abandon_once(archive, abandon, by); });
}

}  // namespace walstow
