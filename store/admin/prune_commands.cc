// `walstow prune`: shows what a prune would delete and why, asks, and then has the store prune step
// by step.
#include <algorithm>
#include <fmt/format.h>
#include <sstream>

#include "proto/base/log.h"
#include "proto/base/size_text.h"
#include "proto/base/suggestion.h"
#include "proto/base/wrapped_text.h"
#include "proto/program/exit_code.h"
#include "proto/wire/retention_report.h"
#include "store/admin/commands.h"
#include "store/admin/confirmation.h"
#include "store/admin/policy_options.h"
#include "store/admin/progress_line.h"
#include "store/admin/report_text.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

// What to prune, and with whose policy.
struct Order {
  PrunePolicy policy;
  std::optional<EraName> era;
  std::optional<PolicyReport> set;  // if the cluster's policy selects what is kept
};

std::optional<EraName> era_option(const CommandContext& call) {
  const std::string name = call.command.option("era");
  if (name.empty()) return std::nullopt;
  const auto era = parse_era_name(name);
  if (era) return era;
  throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not the name of an era", escaped(name)),
              fmt::format("{} shows them.", suggestion({"status", call.cluster()})));
}

// Uses the options; if they do not select what is kept, uses the cluster's policy.
Order order_of(const CommandContext& call, Client& client, const std::string& cluster) {
  Order order{.policy = policy_of_options(call), .era = era_option(call), .set = {}};
  if (order.policy.keep_backups == 0U && !order.era) {
    throw Error(ErrorKind::kUsage, "--keep-backups 0 needs --era",
                "At least one backup of the newest era is kept.");
  }
  if (order.policy == PrunePolicy()) {
    order.set = parse_cluster_policy(client.ask(ShowPolicy{cluster}, patience())).policy;
    if (order.set) order.policy = order.set->policy;
  }
  if (const std::string before = call.command.option("before"); !before.empty()) {
    order.policy.before = LogPosition::parse(before);
    if (!order.policy.before) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("\"{}\" is not a position in the log", escaped(before)),
                  "Give the name of a segment or of a .backup file, or an LSN.");
    }
  }
  if (const auto timeline = number_option(call, "timeline", 1)) {
    order.policy.timeline = Timeline{*timeline};
  }
  return order;
}

// A line with its title, in 80 columns.
std::string titled(std::string_view title, const std::string& text) {
  constexpr std::string_view kBelowText = "              ";
  const std::string lines = wrapped(text, kTextColumns, kBelowText);
  return fmt::format("  {:<12}{}", title, lines.empty() ? "\n" : lines.substr(kBelowText.size()));
}

std::string plan_text(const PrunePlanReport& plan, const Order& order) {
  std::string text = fmt::format("cluster {}, era {}\n", plan.cluster, plan.era);
  if (order.set) {
    std::istringstream lines(policy_text(*order.set));
    for (std::string line; std::getline(lines, line);)
      text += titled("policy", line);
  }
  text += plan.timeline ? fmt::format("  dead branch timeline {}\n", *plan.timeline)
                        : titled("floor", plan.floor.empty() ? "none" : plan.floor);
  text += titled("why", plan.reason);
  for (std::size_t i = 0; i < plan.kept_backups.size(); ++i) {
    // A store of an earlier release does not report which clients have put them.
    const std::string by = i < plan.kept_put_by.size() ? plan.kept_put_by[i] : "";
    text += titled("kept", fmt::format("backup {}{}{}", plan.kept_backups[i],
                                       by.empty() ? "" : ", put by ", foreign_text(escaped(by))));
  }
  for (const PeriodBackupReport& backup : plan.period_backups) {
    text += titled(
        "kept", fmt::format("{}{}{}", period_text(backup), backup.put_by.empty() ? "" : ", put by ",
                            foreign_text(escaped(backup.put_by))));
  }
  for (const std::string& note : plan.notes)
    text += titled("note", note);
  for (const std::string& era : plan.older_eras)
    text += titled("note", fmt::format("era {} is not pruned: --era selects it\n", era));
  return text + (plan.files == 0
                     ? "  nothing to remove\n"
                     : titled("to remove", fmt::format("{}, {}", counted(plan.files, "file"),
                                                       size_text(plan.stored_bytes))));
}

std::string prune_text(const PruneReport& prune) {
  // Since the plan, a consumer that needs it has appeared, or another prune was faster.
  if (prune.number == 0) return fmt::format("nothing is left to remove: {}\n", prune.reason);
  const std::string what = fmt::format("prune {}: {} files removed, {}", prune.number, prune.files,
                                       size_text(prune.stored_bytes));
  if (prune.state == "withdrawn") {
    return wrapped(fmt::format("{}; withdrawn: {}; the files from {} onward are kept", what,
                               prune.reason, prune.floor),
                   kTextColumns, "");
  }
  return prune.timeline ? fmt::format("{}; on timeline {}\n", what, *prune.timeline)
                        : fmt::format("{}; the floor is {}\n", what, prune.floor);
}

void print_prune(const CommandContext& call, const PruneReport& prune) {
  if (call.json()) {
    print(to_json(prune));
  } else {
    print(prune_text(prune), call.reach());
  }
}

bool may_prune(const CommandContext& call, const std::string& question) {
  return confirmed(call, question, "a prune cannot be undone",
                   "Give --yes, or see with --dry-run what would be deleted.");
}

// Runs until the prune is over. If anything interrupts it, a later prune continues there.
PruneReport complete(Client& client, const ContinuePrune& go_on, const PrunePlanReport& plan) {
  ProgressLine line;
  PruneReport prune{.number = go_on.number, .state = "intent"};
  while (prune.state == "intent") {
    line.expect(std::max(plan.files, prune.files), std::max(plan.stored_bytes, prune.stored_bytes));
    line.show(prune.files, prune.stored_bytes);
    // A step first reads all consumers, and for them the time of every file, which may take long.
    prune = parse_prune_report(client.ask(go_on, long_patience()));
  }
  return prune;
}

// An unfinished prune continues before anything else. False: the administrator declines.
bool complete_unfinished(const CommandContext& call, Client& client, const PrunePlanReport& plan,
                         const std::optional<EraName>& era) {
  if (!call.json()) {
    print(wrapped(plan.notes.empty() ? "" : plan.notes.front(), kTextColumns, ""), call.reach());
  }
  if (!may_prune(
          call, "Complete this prune? It deletes the files that are left, and cannot be undone.")) {
    print("nothing was removed\n");
    log_line(LogLevel::kInfo, fmt::format("prune {} may continue at any time", plan.unfinished),
             fmt::format("{} cancels it: files not yet deleted are kept.",
                         suggestion({"prune", plan.cluster, "--abandon"})));
    return false;
  }
  const PruneReport before = complete(client, {plan.cluster, plan.unfinished, era}, plan);
  log_line(LogLevel::kInfo, fmt::format("prune {} by \"{}\", which had been interrupted, is {}",
                                        before.number, before.by, before.state));
  return true;
}

int abandon(const CommandContext& call) {
  const std::string cluster = call.cluster();
  Client client = call.client();
  const PruneReport prune =
      parse_prune_report(client.ask(AbandonPrune{cluster, era_option(call)}, patience()));
  print_prune(call, prune);
  if (prune.state == "withdrawn" &&
      parse_cluster_policy(client.ask(ShowPolicy{cluster}, patience())).policy) {
    log_line(LogLevel::kWarning,
             fmt::format("cluster {} has a policy: a daemon may prune it again soon", cluster),
             fmt::format("To keep the WAL that you need, run \"walstow hold add\"; to end "
                         "automatic pruning, run {}.",
                         suggestion({"policy", "remove", cluster})));
  }
  return prune.state == "withdrawn" ? exit_code::kDone : exit_code::kFailed;
}

int prune(const CommandContext& call) {
  if (call.command.flag("abandon")) return abandon(call);
  const std::string cluster = call.cluster();
  Client client = call.client();
  const Order order = order_of(call, client, cluster);
  const PlanPrune question{cluster, order.policy, order.era};
  std::string answer = client.ask(question, long_patience());
  PrunePlanReport plan = parse_prune_plan(answer);
  if (call.command.flag("dry-run")) {
    if (call.json()) {
      print(answer);
    } else {
      print(plan_text(plan, order), call.reach());
    }
    return exit_code::kDone;
  }
  // The era that was shown, in case the cluster gets a new era meanwhile.
  const auto era = parse_era_name(plan.era);
  if (plan.unfinished != 0) {
    if (!complete_unfinished(call, client, plan, era)) return exit_code::kFailed;
    answer = client.ask(question, long_patience());
    plan = parse_prune_plan(answer);
  }
  if (!call.json()) print(plan_text(plan, order), call.reach());
  if (plan.files == 0) {
    if (call.json()) print(answer);
    return exit_code::kDone;
  }
  if (!may_prune(call, "Remove them? This cannot be undone.")) {
    print("nothing was removed\n");
    return exit_code::kFailed;
  }
  const BeginPrune begin{cluster, order.policy, parse_lsn(plan.floor), era};
  PruneReport done = parse_prune_report(client.ask(begin, long_patience()));
  if (done.state == "intent") done = complete(client, {cluster, done.number, era}, plan);
  print_prune(call, done);
  return done.state == "done" ? exit_code::kDone : exit_code::kFailed;
}

}  // namespace

std::vector<AdminCommand> prune_commands() {
  CommandSpec spec{.name = "prune",
                   .summary = "delete WAL that no backup, standby or hold needs",
                   .options = policy_options(),
                   .positionals = {kOptionalClusterArgument},
                   .examples = {{"Show what a prune would delete",
                                 "walstow prune main --keep-backups 2 --keep-days 14 --dry-run"}}};
  spec.options.insert(
      spec.options.end(),
      {{"--before", "PLACE", "delete only WAL before this segment or LSN"},
       {"--timeline", "NUMBER", "delete this dead branch, if nothing needs it"},
       {"--era", "ERA", "prune this older era instead of the newest one"},
       {"--abandon", "", "cancel an unfinished prune; files not yet deleted are kept"},
       {"-n,--dry-run", "", "only show what would be deleted"},
       {"-y,--yes", "", "do not ask"}});
  return {{std::move(spec), prune}};
}

}  // namespace walstow
