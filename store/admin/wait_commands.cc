// `walstow wait` and `walstow final`: success means that the archive has the log up to an LSN.
#include <algorithm>
#include <fmt/format.h>
#include <thread>

#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/program/exit_code.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/times_report.h"
#include "store/admin/all_pages.h"
#include "store/admin/commands.h"
#include "store/admin/file_range_options.h"
#include "store/admin/log/log_parts.h"
#include "store/admin/log/missing_log.h"
#include "store/admin/log/primary.h"

namespace walstow {
namespace {

constexpr Duration kUsualTimeout{600'000};
// A segment is archived within a second or so. A long wait need not ask so often.
constexpr Duration kFirstPause{250};
constexpr Duration kLongestPause{5000};
// The last question may end after the timeout: its answer contains what is missing.
constexpr Duration kLeastPatience{5000};

constexpr Option kTimeoutOption{
    "--timeout", "TIME",
    "give up after this time, also if the store cannot be reached (default: 10min)"};
constexpr Option kWaitTimelineOption{
    "--timeline", "NUMBER",
    "the timeline of the LSN; needed for an LSN after the newest timeline branched off (default: "
    "the newest)"};

struct Wanted {
  Lsn lsn;
  std::optional<Timeline> timeline = {};                // nullopt: the newest
  std::optional<std::uint64_t> system_identifier = {};  // nullopt: that of the newest era
};

struct State {
  std::optional<Timeline> timeline;  // the one in question; nullopt: there is none yet
  std::string missing;               // "": nothing
};

void refuse_other_server(const Wanted& wanted, const EraReport& era, const std::string& cluster) {
  const auto name = parse_era_name(era.era);
  if (!wanted.system_identifier || !name || name->system_identifier == *wanted.system_identifier) {
    return;
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("the server has system identifier {}, but cluster \"{}\" archives {}",
                          *wanted.system_identifier, cluster, name->system_identifier),
              "Give the connection of the cluster's own primary with --psql.");
}

// Both the newest timeline and its parent have an LSN after the point where the newest one left the
// parent: WAL that a lost primary wrote after that point is on the parent.
void refuse_ambiguous(const Wanted& wanted, const EraReport& era, Timeline newest) {
  const auto found = std::ranges::find(era.timelines, newest.value, &TimelineReport::timeline);
  if (wanted.timeline || found == era.timelines.end() || !found->parent) return;
  const auto left_at = parse_lsn(found->left_parent_at);
  if (!left_at || wanted.lsn <= *left_at) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{} is after {}, where timeline {} left timeline {}, so both "
                          "timelines have it",
                          to_string(wanted.lsn), to_string(*left_at), newest.value, *found->parent),
              fmt::format("Name its timeline, with --timeline {} or --timeline {}. A server prints "
                          "its own with: SELECT timeline_id FROM pg_control_checkpoint()",
                          newest.value, *found->parent));
}

// nullopt: the archive lacks the segment.
std::optional<TimesReport> times_of(Client& client, const std::string& cluster,
                                    const std::string& era, const WalFileName& segment,
                                    const Patience& patience) {
  const ListTimes question{
      .cluster = cluster, .after = "", .range = {.from = segment, .to = segment}};
  const TimesPage page = parse_times_page(client.ask(question, patience));
  const auto found = std::ranges::find_if(page.segments, [&](const TimesReport& report) {
    return report.era == era && report.name == segment.text();
  });
  return found == page.segments.end() ? std::nullopt : std::optional(*found);
}

// A pruned segment never comes back.
void refuse_pruned(Client& client, const std::string& cluster, const EraReport& era,
                   const LogGoal& goal, const Patience& patience) {
  if (!may_be_pruned(era, goal)) return;
  const std::string pruned = what_was_pruned(era, all_holes(client, cluster, patience), goal);
  const WalFileName last = last_segment_of(era, goal);
  if (pruned.empty() || times_of(client, cluster, era.era, last, patience)) return;
  throw Error(ErrorKind::kRefused,
              fmt::format("the archive of cluster \"{}\" does not have the log up to {}: {}",
                          cluster, to_string(goal.lsn), pruned),
              fmt::format("{} shows below which LSN the archive was pruned.",
                          suggestion({"status", cluster})));
}

Deadline not_before_least(Deadline deadline) {
  const Deadline least = Deadline::after(kLeastPatience);
  return least.remaining() > deadline.remaining() ? least : deadline;
}

// What the archive has at this moment.
State examine(Client& client, const std::string& cluster, const Wanted& wanted,
              const Patience& patience) {
  const ClusterReport report = parse_cluster_report(client.ask(ClusterStatus{cluster}, patience));
  if (report.eras.empty()) return {wanted.timeline, "nothing was archived yet"};
  const EraReport& era = report.eras.back();
  refuse_other_server(wanted, era, cluster);
  const auto timeline = wanted.timeline ? wanted.timeline : newest_timeline(era);
  if (!timeline) return {timeline, "nothing was archived yet"};
  refuse_ambiguous(wanted, era, *timeline);
  const LogGoal goal{.timeline = *timeline, .lsn = wanted.lsn};
  refuse_pruned(client, cluster, era, goal, patience);
  // While the end is missing, the holes do not matter.
  std::string missing = what_is_missing(era, {}, goal);
  if (missing.empty()) missing = what_is_missing(era, all_holes(client, cluster, patience), goal);
  if (missing.empty()) {
    const WalFileName last = last_segment_of(era, goal);
    missing = what_is_missing_in(era, goal, times_of(client, cluster, era.era, last, patience));
  }
  return {timeline, std::move(missing)};
}

// Returns the timeline, once the archive has its log up to the LSN. Throws Error{kTimeout}.
Timeline wait_for_log(const CommandContext& call, const Wanted& wanted, Deadline deadline) {
  Client client = call.client();
  const std::string cluster = call.valid_cluster();
  const auto on_failure = report_first_failure(not_before_least(deadline));
  Duration pause = kFirstPause;
  for (;;) {
    const State state = examine(client, cluster, wanted,
                                {.give_up = not_before_least(deadline), .on_failure = on_failure});
    if (state.timeline && state.missing.empty()) return *state.timeline;
    if (deadline.passed()) {
      throw Error(ErrorKind::kTimeout,
                  fmt::format("the archive of cluster \"{}\" is not complete up to {}: {}", cluster,
                              to_string(wanted.lsn), state.missing),
                  "A segment is archived when it is full, or after pg_switch_wal(). "
                  "pg_stat_archiver and the log of the primary show why one is not archived.");
    }
    std::this_thread::sleep_for(std::min(pause, deadline.remaining()));
    pause = std::min(2 * pause, kLongestPause);
  }
}

void print_reached(const CommandContext& call, const Wanted& wanted, Timeline timeline,
                   const std::string& text) {
  print(call.json() ? to_line({{"cluster", call.cluster()},
                               {"timeline", timeline.value},
                               {"lsn", to_string(wanted.lsn)}})
                    : text);
}

Deadline deadline_of(const CommandContext& call) {
  return Deadline::after(call.duration("timeout").value_or(kUsualTimeout));
}

int run_wait(const CommandContext& call) {
  const std::string text = call.command.positional("LSN");
  const auto lsn = parse_lsn(text);
  if (!lsn) {
    throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not an LSN", escaped(text)),
                "An LSN looks like 1A/2B000028.");
  }
  const Wanted wanted{.lsn = *lsn, .timeline = timeline_option(call)};
  const Timeline timeline = wait_for_log(call, wanted, deadline_of(call));
  print_reached(
      call, wanted, timeline,
      fmt::format("the archive has timeline {} up to {}\n", timeline.value, to_string(*lsn)));
  return exit_code::kDone;
}

// The system identifier is the one fact that proves that both are one cluster: every server has low
// LSNs.
int run_final(const CommandContext& call) {
  const Deadline deadline = deadline_of(call);
  const SwitchedSegment end = switch_segment(call.command.option("psql"), deadline);
  const Wanted wanted{
      .lsn = end.lsn, .timeline = end.timeline, .system_identifier = end.system_identifier};
  const Timeline timeline = wait_for_log(call, wanted, deadline);
  print_reached(call, wanted, timeline, fmt::format("{}\n", to_string(end.lsn)));
  return exit_code::kDone;
}

}  // namespace

std::vector<AdminCommand> wait_commands() {
  return {
      {{"wait",
        "wait until the archive has the whole log up to an LSN",
        {kWaitTimelineOption, kTimeoutOption},
        {kOptionalClusterArgument, {"LSN", "the position in the log, such as 1A/2B000028"}},
        {{"After a restore point", "walstow wait main 0/5000158 --timeout 5min"}}},
       run_wait},
      {{"final",
        "end the segment that the primary writes, wait until the archive has everything up to "
        "there, and print the LSN",
        {{"--psql", "CONNECTION",
          "libpq's connection string of the primary (default: psql's environment variables)"},
         kTimeoutOption},
        {kOptionalClusterArgument},
        {{"Before a planned switchover",
          "walstow final main --psql \"host=primary1 dbname=postgres\""}}},
       run_final},
  };
}

}  // namespace walstow
