// `walstow prune`: shows what would go and why, asks, and then has the store go step by step.
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

#include "proto/base/bytes.h"
#include "proto/base/exit_code.h"
#include "proto/base/log.h"
#include "proto/wire/retention_report.h"
#include "store/report_text.h"
#include "store/retention_commands.h"

namespace walstow {
namespace {

constexpr std::uint64_t kMostKeptDays = 36500;

// nullopt: not given.
std::optional<std::uint32_t> number_option(const Call& call, std::string_view name,
                                           std::uint64_t lowest) {
  const std::string text = call.command.option(name);
  if (text.empty()) return std::nullopt;
  const auto number = parse_decimal(text);
  if (!number || *number < lowest || *number > kMostKeptDays) {
    throw Error(ErrorKind::kUsage,
                fmt::format("invalid value \"{}\" for option --{}", escaped(text), name),
                fmt::format("Give a number from {} to {}.", lowest, kMostKeptDays));
  }
  return static_cast<std::uint32_t>(*number);
}

// "30d" as elsewhere, or "30".
std::optional<std::uint32_t> days_option(const Call& call, std::string_view name) {
  const std::string text = call.command.option(name);
  if (text.empty()) return std::nullopt;
  const auto number = parse_decimal(text.ends_with('d') ? text.substr(0, text.size() - 1) : text);
  if (!number || *number > kMostKeptDays) {
    throw Error(ErrorKind::kUsage,
                fmt::format("invalid value \"{}\" for option --{}", escaped(text), name),
                "Give a number of days: 30d.");
  }
  return static_cast<std::uint32_t>(*number);
}

PrunePolicy policy_of(const Call& call) {
  PrunePolicy policy{.keep_backups = number_option(call, "keep-backups", 1),
                     .keep_days = days_option(call, "keep-days"),
                     .before = {},
                     .backup_label = call.command.option("backup-label"),
                     .standby_limit_days = days_option(call, "standby-limit"),
                     .timeline = {}};
  if (policy.keep_backups.has_value() != policy.keep_days.has_value()) {
    throw Error(ErrorKind::kUsage, "--keep-backups and --keep-days go together",
                "Kept are that many backups, all that are younger, and one before these: "
                "\"--keep-backups 2 --keep-days 14\".");
  }
  if (const std::string before = call.command.option("before"); !before.empty()) {
    policy.before = LogPlace::parse(before);
    if (!policy.before) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("\"{}\" is not a place in the log", escaped(before)),
                  "Give the name of a segment, of a .backup file, or an LSN.");
    }
  }
  if (const auto timeline = number_option(call, "timeline", 1)) {
    policy.timeline = Timeline{*timeline};
  }
  return policy;
}

std::string plan_text(const PrunePlanReport& plan) {
  std::string text = fmt::format("cluster {}, era {}\n", plan.cluster, plan.era);
  if (plan.timeline) {
    text += fmt::format("  dead branch timeline {}\n", *plan.timeline);
  } else {
    text += fmt::format("  floor       {}\n", plan.floor.empty() ? "none" : plan.floor);
  }
  text += fmt::format("  why         {}\n", plan.reason);
  for (const std::string& backup : plan.kept_backups)
    text += fmt::format("  kept        backup {}\n", backup);
  for (const std::string& note : plan.notes)
    text += fmt::format("  note        {}\n", note);
  return text + (plan.files == 0 ? "  nothing to remove\n"
                                 : fmt::format("  to remove   {} files, {}\n", plan.files,
                                               size_text(plan.stored_bytes)));
}

std::string prune_text(const PruneReport& prune) {
  const std::string what = fmt::format("prune {}: {} files removed, {}", prune.number, prune.files,
                                       size_text(prune.stored_bytes));
  if (prune.state == "withdrawn") {
    return fmt::format("{}; withdrawn: {}\n", what, prune.reason);
  }
  return prune.timeline ? fmt::format("{}; of timeline {}\n", what, *prune.timeline)
                        : fmt::format("{}; the floor is {}\n", what, prune.floor);
}

bool at_terminal() {
  return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

// Only "yes" is yes.
bool confirmed(const Call& call) {
  if (call.command.flag("yes")) return true;
  if (!at_terminal()) {
    throw Error(ErrorKind::kUsage,
                "what is pruned does not come back, and nobody can be asked here",
                "Give --yes, or only look with --dry-run.");
  }
  std::fputs("Remove them? They do not come back. (yes/no) ", stderr);
  std::fflush(stderr);
  std::string answer;
  for (int c = std::getchar(); c != EOF && c != '\n' && answer.size() < 16; c = std::getchar())
    answer += static_cast<char>(c);
  return answer == "yes";
}

// Until it is over. Whatever ends this, a later prune goes on where it was.
PruneReport complete(Client& client, const std::string& cluster, PruneReport prune,
                     std::uint64_t expected) {
  const bool show = isatty(STDERR_FILENO) == 1;
  while (prune.state == "intent") {
    if (show) {
      std::fputs(
          fmt::format("\r{} of {} files removed ", prune.files, std::max(expected, prune.files))
              .c_str(),
          stderr);
    }
    prune = parse_prune_report(client.ask(ContinuePrune{cluster, prune.number}, patience()));
  }
  if (show) std::fputs("\r\x1b[K", stderr);
  return prune;
}

int prune(const Call& call) {
  const std::string cluster = call.cluster();
  const PrunePolicy policy = policy_of(call);
  Client client = call.client();
  std::string answer = client.ask(PlanPrune{cluster, policy}, patience());
  PrunePlanReport plan = parse_prune_plan(answer);
  if (call.command.flag("dry-run")) {
    print(call.json() ? answer : plan_text(plan));
    return exit_code::kDone;
  }
  if (plan.unfinished != 0) {
    const PruneReport before =
        complete(client, cluster, {.number = plan.unfinished, .state = "intent"}, 0);
    log_line(LogLevel::kInfo, fmt::format("prune {} by \"{}\", which had been cut short, is {}",
                                          before.number, before.by, before.state));
    answer = client.ask(PlanPrune{cluster, policy}, patience());
    plan = parse_prune_plan(answer);
  }
  if (!call.json()) print(plan_text(plan));
  if (plan.files == 0) {
    if (call.json()) print(answer);
    return exit_code::kDone;
  }
  if (!confirmed(call)) {
    print("nothing was removed\n");
    return exit_code::kFailed;
  }
  answer = client.ask(BeginPrune{cluster, policy, parse_lsn(plan.floor)}, patience());
  const PruneReport done = complete(client, cluster, parse_prune_report(answer), plan.files);
  print(call.json() ? to_json(done) : prune_text(done));
  return done.state == "done" ? exit_code::kDone : exit_code::kFailed;
}

}  // namespace

std::vector<AdminCommand> prune_commands() {
  return {
      {{"prune",
        "remove WAL that no backup, standby or hold needs",
        {{"--keep-backups", "N", "keep the newest N backups of each line, with --keep-days"},
         {"--keep-days", "DAYS", "and all that are younger, and the newest before these"},
         {"--backup-label", "PATTERN", "only backups with such a label count"},
         {"--before", "PLACE", "not beyond this segment or LSN"},
         {"--standby-limit", "DAYS", "a standby that was silent for longer holds nothing back"},
         {"--timeline", "NUMBER", "remove this dead branch, where nothing needs it"},
         {"-n,--dry-run", "", "only show what would go"},
         {"--yes", "", "do not ask"}},
        {{"CLUSTER", "the cluster's name", Positional::Count::kOptional}}},
       prune},
  };
}

}  // namespace walstow
