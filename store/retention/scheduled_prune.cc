#include "store/retention/scheduled_prune.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/deadline.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/stoppable_sleep.h"
#include "proto/base/suggestion.h"
#include "store/retention/archive_clock.h"
#include "store/retention/prune.h"
#include "store/retention/prune_policy.h"

namespace walstow {
namespace {

constexpr std::string_view kBy = "walstowd";
constexpr Duration kLongestRest{5000};

// A refusal, which value() throws, ends the round: another prune or an administrator was faster.
void complete(const Archive& archive, const ContinuePrune& go_on, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto begun = Clock::now();
    const PruneReport report = continue_prune(archive, go_on, kPruneStep, stop).value();
    if (report.state != "intent") return;
    const auto took = std::chrono::duration_cast<Duration>(Clock::now() - begun);
    sleep_unless_stopped(std::min(took, kLongestRest), stop);
  }
}

}  // namespace

void ScheduledPrune::say_once(const std::string& cluster, const std::string& what,
                              const std::string& hint) {
  std::string& said = said_[cluster];
  if (said == what) return;
  said = what;
  log_line(LogLevel::kInfo, what, hint);
}

void ScheduledPrune::prune(const Archive& archive, const std::string& cluster,
                           const std::stop_token& stop) {
  const auto set = read_policy(archive, cluster);
  const std::vector<EraName> eras = archive.eras(cluster);
  if (!set || eras.empty()) return;
  if (const auto number = unfinished_prune(archive, cluster, eras.back()); number != 0) {
    complete(archive, {.cluster = cluster, .number = number, .era = eras.back()}, stop);
  }
  if (stop.stop_requested()) return;
  const PruneReport begun =
      begin_prune(archive,
                  {.cluster = cluster, .policy = set->policy, .floor = {}, .era = eras.back()},
                  std::string(kBy), std::chrono::system_clock::now(), stop, PruneFor::kPolicy)
          .value();
  if (begun.number != 0) {
    said_.erase(cluster);
    complete(archive, {.cluster = cluster, .number = begun.number, .era = eras.back()}, stop);
    return;
  }
  // The reason contains a command then; in the log only a hint's command can be pasted.
  if (const auto clock = read_clock(archive); clock && clock->doubt) {
    say_once(cluster,
             fmt::format("the policy of cluster \"{}\" prunes nothing until {}: the clock of this "
                         "host shows {}, far from {}, the last known time",
                         cluster, to_iso8601(clock->doubt->noticed + kDoubt),
                         to_iso8601(clock->doubt->noticed), to_iso8601(clock->doubt->from)),
             fmt::format("{} prunes at once WAL that you know is not needed.",
                         suggestion({"prune", cluster, "--before", "SEGMENT"})));
    return;
  }
  say_once(cluster,
           fmt::format("the policy of cluster \"{}\" finds nothing to prune; floor {}; {}", cluster,
                       begun.floor.empty() ? "none" : begun.floor, begun.reason),
           {});
}

void ScheduledPrune::run(const Archive& archive, const std::stop_token& stop) {
  for (const std::string& cluster : archive.clusters()) {
    if (stop.stop_requested()) return;
    try {
      prune(archive, cluster, stop);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kFatal) throw;
      if (stop.stop_requested()) return;
      log_line(
          LogLevel::kWarning,
          fmt::format("could not prune cluster \"{}\" by its policy: {}", cluster, error.what()),
          error.hint());
    }
  }
}

}  // namespace walstow
