#include "store/retention/prune_decision.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/suggestion.h"
#include "store/retention/prune_policy.h"

namespace walstow {

namespace {

// The clocks of several hosts may differ that much.
constexpr std::chrono::hours kSmallDifference{1};

// Time{}: nothing was put, and no standby has reported.
Time newest_sign_of_life(const RetentionInventory& inventory) {
  Time newest{};
  const auto see = [&](Time time) { newest = std::max(newest, inventory.future_times(time)); };
  for (const TimelineFacts& facts : inventory.timelines)
    see(facts.newest);
  for (const PositionReport& position : inventory.positions) {
    if (position.seen) see(*position.seen);
    for (const SharedPosition& other : position.others) {
      if (other.seen) see(*other.seen);
    }
  }
  return newest;
}

}  // namespace

OrRefusal<EraName> era_of(const Archive& archive, const std::string& cluster,
                          const std::optional<EraName>& named) {
  if (!named) return newest_era(archive, cluster);
  if (std::ranges::count(archive.eras(cluster), *named) != 0) return *named;
  return make_refusal(
      Code::kNoSuchRecord,
      fmt::format("there is no era \"{}\" in cluster \"{}\"", to_string(*named), cluster),
      fmt::format("{} shows them.", suggestion({"status", cluster})));
}

OrRefusal<PruneDecision> decide_prune(const Archive& archive, const PruneOrder& order,
                                      const ArchiveClock& clock, Time now,
                                      const std::stop_token& stop) {
  const auto found = era_of(archive, order.cluster, order.era);
  if (!found) return found.error();
  const auto& era = found.value();
  const auto policy = policy_for(order.policy, era);
  if (!policy) return policy.error();
  if (auto refused = refuse_unstated(read_policy(archive, order.cluster), order.policy)) {
    return *std::move(refused);
  }
  PruneDecision decision{.era = era, .older_eras = archive.eras(order.cluster)};
  if (order.policy.keep_backups == 0U && era == decision.older_eras.back()) {
    return make_refusal(Code::kBadRequest,
                        fmt::format("era \"{}\" is the newest one of the cluster", to_string(era)),
                        "At least one backup of the newest era is kept.");
  }
  std::erase_if(decision.older_eras,
                [&era](const EraName& one) { return one.number >= era.number; });
  const EraInventory files = read_era(archive, order.cluster, era, stop);
  RetentionInventory inventory = take_inventory(archive, order.cluster, files);
  decision.plan = plan_by_clock(inventory, policy.value(), clock, now, order.cluster);
  decision.objections = objections_of_clock(inventory, order.policy, clock, now);
  if (order.floor) {
    lower_floor(decision.plan, segment_of(*order.floor, segment_size_of(era)));
  }
  decision.amount = amount_of(archive, order.cluster, files, decision.plan);
  return decision;
}

std::vector<std::string> objections_of_clock(const RetentionInventory& inventory,
                                             const PrunePolicy& policy, const ArchiveClock& clock,
                                             Time now) {
  std::vector<std::string> objections;
  if (clock.doubt) return objections;
  if (std::string text = clock.sync_text(); !text.empty()) objections.push_back(std::move(text));
  const Time newest = newest_sign_of_life(inventory);
  if (newest == Time{}) return objections;  // a new era
  if (newest > now + kSmallDifference) {
    objections.push_back(
        fmt::format("the newest file or report has the time {}, but the clock of the store's host "
                    "shows {}: one of these times is wrong",
                    to_iso8601(newest), to_iso8601(now)));
  }
  std::uint32_t days = UINT32_MAX;
  for (const auto& limit : {policy.keep_days, policy.standby_limit_days}) {
    if (limit && *limit > 0) days = std::min(days, *limit);
  }
  if (days != UINT32_MAX && newest < now - std::chrono::hours(24) * days / 2) {
    objections.push_back(
        fmt::format("nothing was put and no standby has reported since {}: this cluster is not in "
                    "use, or the clock of the store's host, {}, is ahead",
                    to_iso8601(newest), to_iso8601(now)));
  }
  return objections;
}

OrRefusal<RetentionPolicy> policy_for(const PrunePolicy& asked, const EraName& era) {
  RetentionPolicy policy{.keep = {}, .backup_label = asked.backup_label, .before = {}};
  if (asked.keep_backups) {
    policy.keep = KeepBackups{.count = *asked.keep_backups,
                              .younger = std::chrono::hours(24) * asked.keep_days.value_or(0),
                              .monthly = asked.keep_monthly.value_or(0),
                              .yearly = asked.keep_yearly.value_or(0)};
  }
  if (asked.before) {
    policy.before = asked.before->segment(segment_size_of(era));
    if (!policy.before) return no_such_segment(asked.before->text(), era);
  }
  if (asked.standby_limit_days) {
    policy.standby_limit = std::chrono::hours(24) * *asked.standby_limit_days;
  }
  policy.dead_timeline = asked.timeline;
  return policy;
}

RetentionPlan plan_by_clock(RetentionInventory& inventory, const RetentionPolicy& policy,
                            const ArchiveClock& clock, Time now, const std::string& cluster) {
  const Time as_of = clock.as_of(now);
  inventory.future_times = clock.future_times(as_of);
  if (clock.doubt && !policy.before && !policy.dead_timeline) {
    RetentionPlan nothing;
    nothing.reason = clock.doubt_text(cluster);
    return nothing;
  }
  RetentionPlan plan = plan_retention(inventory, policy, as_of);
  if (clock.doubt) {
    plan.notes.insert(plan.notes.begin(),
                      fmt::format("the clock of the store's host shows {}, which is not trusted: "
                                  "ages are counted up to {}",
                                  to_iso8601(clock.doubt->noticed), to_iso8601(as_of)));
  }
  return plan;
}

}  // namespace walstow
