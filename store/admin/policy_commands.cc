#include "store/admin/policy_commands.h"

#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/program/exit_code.h"
#include "proto/wire/retention_report.h"
#include "store/admin/report_text.h"

namespace walstow {
namespace {

constexpr std::uint64_t kMostKeptDays = 36500;

// "30d" as elsewhere, or "30".
std::optional<std::uint32_t> policy_days(const CommandContext& call, std::string_view name) {
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

std::string shown(const std::optional<PolicyReport>& policy, const std::string& cluster) {
  if (policy) return policy_text(*policy);
  return fmt::format("cluster {} has no policy: nothing of it is pruned by itself\n", cluster);
}

int policy_set(const CommandContext& call) {
  const SetPolicy set{.cluster = call.command.positional("CLUSTER"),
                      .policy = policy_of_options(call)};
  if (set.policy.keep_backups.value_or(0) == 0) {
    throw Error(ErrorKind::kUsage, "which backups are to be kept?",
                "Give --keep-backups, one at least, and --keep-days.");
  }
  const std::string answer = call.client().ask(set, patience());
  if (call.json()) {
    print(answer);
  } else {
    print(shown(parse_policy_report(answer), set.cluster) + "walstowd prunes by it from now on: " +
              suggestion({"prune", set.cluster, "-n"}) + " shows what would go\n",
          call.reach());
  }
  return exit_code::kDone;
}

int policy_show(const CommandContext& call) {
  const std::string cluster = call.cluster();
  const std::string answer = call.client().ask(ShowPolicy{cluster}, patience());
  print(call.json() ? answer : shown(parse_policy_report(answer), cluster));
  return exit_code::kDone;
}

int policy_remove(const CommandContext& call) {
  const RemovePolicy remove{call.command.positional("CLUSTER")};
  const std::string answer = call.client().ask(remove, patience());
  print(call.json() ? answer : shown(std::nullopt, remove.cluster));
  return exit_code::kDone;
}

}  // namespace

std::optional<std::uint32_t> number_option(const CommandContext& call, std::string_view name,
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

std::vector<Option> policy_options() {
  return {{"--keep-backups", "N", "keep the newest N backups of each line, with --keep-days"},
          {"--keep-days", "DAYS", "and all that are younger, and the newest before these"},
          {"--backup-label", "PATTERN", "only backups with such a label count"},
          {"--standby-limit", "DAYS", "a standby that was silent for longer holds nothing back"}};
}

PrunePolicy policy_of_options(const CommandContext& call) {
  PrunePolicy policy{.keep_backups = number_option(call, "keep-backups", 0),
                     .keep_days = policy_days(call, "keep-days"),
                     .before = {},
                     .backup_label = call.command.option("backup-label"),
                     .standby_limit_days = policy_days(call, "standby-limit"),
                     .timeline = {}};
  if (policy.keep_backups.has_value() != policy.keep_days.has_value()) {
    throw Error(ErrorKind::kUsage, "--keep-backups and --keep-days go together",
                "Kept are that many backups, all that are younger, and one before these: "
                "\"--keep-backups 2 --keep-days 14\".");
  }
  return policy;
}

std::vector<AdminCommand> policy_commands() {
  constexpr Positional kCluster{"CLUSTER", "the cluster's name"};
  return {
      {{"policy set", "have walstowd prune a cluster by itself", policy_options(), {kCluster}},
       policy_set},
      {{"policy show",
        "show by which policy a cluster is pruned",
        {},
        {{"CLUSTER", "the cluster's name", Positional::Count::kOptional}}},
       policy_show},
      {{"policy remove", "prune a cluster only when asked to", {}, {kCluster}}, policy_remove},
  };
}

}  // namespace walstow
