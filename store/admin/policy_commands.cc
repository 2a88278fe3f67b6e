// `walstow policy set|show|remove`: by what walstowd prunes a cluster by itself, and who opens
// timelines in it.
#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/program/exit_code.h"
#include "proto/program/settings.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/new_timelines.h"
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

std::string timelines_text(const NewTimelinesReport& report) {
  if (!report.clients) return "any client that may archive opens timelines\n";
  return fmt::format("only {} may open timelines\nset by {} on {}\n",
                     fmt::join(*report.clients, ", "), report.by, to_iso8601(report.set));
}

// Who opens timelines is no matter of pruning, and has a record of its own.
void set_new_timelines(const CommandContext& call, const std::string& cluster) {
  const std::string text = call.command.option("new-timelines");
  const auto clients = parse_new_timelines(text);
  if (!clients) {
    throw Error(ErrorKind::kUsage,
                fmt::format("invalid value \"{}\" for option --new-timelines", escaped(text)),
                "Give \"any\", or the names of clients: primary1,standby1.");
  }
  const std::string answer = call.client().ask(SetNewTimelines{cluster, *clients}, patience());
  print(call.json() ? answer : timelines_text(parse_new_timelines_report(answer)));
}

int policy_set(const CommandContext& call) {
  const SetPolicy set{.cluster = call.command.positional("CLUSTER"),
                      .policy = policy_of_options(call),
                      .quota = quota_option(call)};
  if (!call.command.option("new-timelines").empty()) {
    set_new_timelines(call, set.cluster);
    if (!set.quota && set.policy == PrunePolicy()) return exit_code::kDone;
  }
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
  Client client = call.client();
  const std::string answer = client.ask(ShowPolicy{cluster}, patience());
  const NewTimelinesReport timelines =
      parse_new_timelines_report(client.ask(ShowNewTimelines{cluster}, patience()));
  if (!call.json()) {
    print(fmt::format("{}{}", shown(parse_cluster_policy(answer), cluster),
                      timelines_text(timelines)));
    return exit_code::kDone;
  }
  auto both = parse_json_object(answer).value_or(boost::json::object());
  both["new_timelines"] = to_new_timelines_text(timelines.clients);
  print(to_line(both));
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
  CommandSpec set{
      .name = "policy set",
      .summary = "have walstowd prune a cluster by itself; bound it; say who opens timelines",
      .options = policy_options(),
      .positionals = {kCluster}};
  set.options.push_back({"--quota", "SIZE", "refuse puts once so much is stored; none: no bound"});
  set.options.push_back({"--new-timelines", "CLIENTS",
                         "only these may put new histories: primary1,standby1; or any"});
  return {
      {std::move(set), policy_set},
      {{"policy show",
        "show by which policy a cluster is pruned",
        {},
        {{"CLUSTER", "the cluster's name", Positional::Count::kOptional}}},
       policy_show},
      {{"policy remove", "prune a cluster only when asked to", {}, {kCluster}}, policy_remove},
  };
}

}  // namespace walstow
