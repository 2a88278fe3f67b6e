// `walstow policy set|show|remove`: by what walstowd prunes a cluster by itself.
#include <fmt/format.h>

#include "proto/base/suggestion.h"
#include "proto/program/exit_code.h"
#include "proto/wire/retention_report.h"
#include "store/admin/commands.h"
#include "store/admin/policy_options.h"
#include "store/admin/report_text.h"

namespace walstow {
namespace {

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
    print(fmt::format("{}walstowd prunes by it from now on: {} shows what would go\n",
                      shown(parse_policy_report(answer), set.cluster),
                      suggestion({"prune", set.cluster, "-n"})),
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
