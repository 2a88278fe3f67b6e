// `walstow policy set|show|remove`: by what walstowd prunes a cluster by itself.
#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/program/exit_code.h"
#include "proto/program/settings.h"
#include "proto/wire/retention_report.h"
#include "store/admin/commands.h"
#include "store/admin/policy_options.h"
#include "store/admin/report_text.h"

namespace walstow {
namespace {

std::string shown(const ClusterPolicy& set, const std::string& cluster) {
  std::string text =
      set.policy
          ? policy_text(*set.policy)
          : fmt::format("cluster {} has no policy: nothing of it is pruned by itself\n", cluster);
  if (set.quota) text += fmt::format("quota {}\n", size_text(*set.quota));
  return text;
}

// "none" lifts it.
std::optional<std::uint64_t> quota_option(const CommandContext& call) {
  const std::string text = call.command.option("quota");
  if (text.empty()) return std::nullopt;
  if (text == "none") return 0;
  const auto bytes = parse_size(text);
  if (bytes && *bytes > 0) return bytes;
  throw Error(ErrorKind::kUsage,
              fmt::format("invalid value \"{}\" for option --quota", escaped(text)),
              "Give a size, 500GB, or none.");
}

int policy_set(const CommandContext& call) {
  const SetPolicy set{.cluster = call.command.positional("CLUSTER"),
                      .policy = policy_of_options(call),
                      .quota = quota_option(call)};
  const bool is_quota_alone = set.quota && set.policy == PrunePolicy();
  if (set.policy.keep_backups.value_or(0) == 0 && !is_quota_alone) {
    throw Error(ErrorKind::kUsage, "which backups are to be kept?",
                "Give --keep-backups, one at least, and --keep-days; or --quota alone.");
  }
  const std::string answer = call.client().ask(set, patience());
  if (call.json()) {
    print(answer);
  } else if (is_quota_alone) {
    print(shown(parse_cluster_policy(answer), set.cluster));
  } else {
    print(fmt::format("{}walstowd prunes by it from now on: {} shows what would go\n",
                      shown(parse_cluster_policy(answer), set.cluster),
                      suggestion({"prune", set.cluster, "-n"})),
          call.reach());
  }
  return exit_code::kDone;
}

int policy_show(const CommandContext& call) {
  const std::string cluster = call.cluster();
  const std::string answer = call.client().ask(ShowPolicy{cluster}, patience());
  print(call.json() ? answer : shown(parse_cluster_policy(answer), cluster));
  return exit_code::kDone;
}

int policy_remove(const CommandContext& call) {
  const RemovePolicy remove{call.command.positional("CLUSTER")};
  const std::string answer = call.client().ask(remove, patience());
  print(call.json() ? answer : shown(ClusterPolicy(), remove.cluster));
  return exit_code::kDone;
}

}  // namespace

std::vector<AdminCommand> policy_commands() {
  constexpr Positional kCluster{"CLUSTER", "the cluster's name"};
  std::vector<Option> set_options = policy_options();
  set_options.push_back({"--quota", "SIZE", "refuse puts once so much is stored; none: no bound"});
  return {
      {{"policy set",
        "have walstowd prune a cluster by itself, or bound what it stores",
        set_options,
        {kCluster}},
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
