// `walstow policy set|show|remove`: the policy by which walstowd prunes a cluster automatically,
// the cluster's quota, and the clients that may open timelines in it.
#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/base/size_text.h"
#include "proto/base/suggestion.h"
#include "proto/program/exit_code.h"
#include "proto/program/settings.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/new_timelines.h"
#include "proto/wire/retention_report.h"
#include "store/admin/commands.h"
#include "store/admin/policy_options.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

std::string shown(const ClusterPolicy& set, const std::string& cluster) {
  std::string text =
      set.policy ? policy_text(*set.policy)
                 : fmt::format("cluster {} has no policy: nothing in it is pruned automatically\n",
                               cluster);
  if (set.quota) text += fmt::format("quota {}\n", size_text(*set.quota));
  return text;
}

// "none" removes the quota.
std::optional<std::uint64_t> quota_option(const CommandContext& call) {
  const std::string text = call.command.option("quota");
  if (text.empty()) return std::nullopt;
  if (text == "none") return 0;
  const auto bytes = parse_size(text);
  if (bytes && *bytes > 0) return bytes;
  throw Error(ErrorKind::kUsage,
              fmt::format("invalid value \"{}\" for option --quota", escaped(text)),
              "Give a size, such as 500GB, or \"none\".");
}

std::string timelines_text(const NewTimelinesReport& report) {
  if (!report.clients) return "any client that may archive may also open timelines\n";
  return fmt::format("only {} may open timelines\nset by {} on {}\n",
                     fmt::join(*report.clients, ", "), report.by, to_iso8601(report.set));
}

// nullopt: not given.
std::optional<SetNewTimelines> new_timelines_option(const CommandContext& call,
                                                    const std::string& cluster) {
  if (!call.command.flag("new-timelines")) return std::nullopt;
  const std::string text = call.command.option("new-timelines");
  const auto clients = parse_new_timelines(text);
  if (clients) return SetNewTimelines{cluster, *clients};
  throw Error(ErrorKind::kUsage,
              fmt::format("invalid value \"{}\" for option --new-timelines", escaped(text)),
              "Give \"any\", which means all clients, or the names of clients, such as "
              "primary1,standby1. Give each name only once.");
}

// The policy as the store reports it, and the clients that open timelines, which have a record of
// their own.
std::string with_new_timelines(const std::string& policy, const NewTimelinesReport& timelines) {
  auto both = parse_json_object(policy).value_or(boost::json::object());
  both["new_timelines"] = to_new_timelines_text(timelines.clients);
  return to_line(both);
}

int policy_set(const CommandContext& call) {
  const SetPolicy set{.cluster = call.command.positional("CLUSTER"),
                      .policy = policy_of_options(call),
                      .quota = quota_option(call)};
  const auto new_timelines = new_timelines_option(call, set.cluster);
  const bool sets_policy = set.policy != PrunePolicy();
  if ((sets_policy || (!set.quota && !new_timelines)) && set.policy.keep_backups.value_or(0) == 0) {
    throw Error(ErrorKind::kUsage, "the policy does not state which backups to keep",
                "Give both --keep-backups (at least 1) and --keep-days, or only --quota or "
                "--new-timelines.");
  }
  Client client = call.client();
  std::optional<NewTimelinesReport> timelines;
  std::string answer;
  if (new_timelines) {
    answer = client.ask(*new_timelines, patience());
    timelines = parse_new_timelines_report(answer);
  }
  if (sets_policy || set.quota) {
    answer = client.ask(set, patience());
    if (call.json() && timelines) answer = with_new_timelines(answer, *timelines);
  }
  if (call.json()) {
    print(answer);
    return exit_code::kDone;
  }
  if (timelines) print(timelines_text(*timelines));
  if (sets_policy) {
    print(fmt::format(
              "{}from now on, walstowd prunes by this policy: {} shows what it would delete\n",
              shown(parse_cluster_policy(answer), set.cluster),
              suggestion({"prune", set.cluster, "-n"})),
          call.reach());
  } else if (set.quota) {
    print(shown(parse_cluster_policy(answer), set.cluster));
  }
  return exit_code::kDone;
}

// nullopt: the store does not report it, because it is of an earlier release.
std::optional<NewTimelinesReport> ask_new_timelines(Client& client, const std::string& cluster) {
  try {
    return parse_new_timelines_report(client.ask(ShowNewTimelines{cluster}, patience()));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kRefused && error.kind() != ErrorKind::kDamaged) throw;
    log_line(LogLevel::kWarning,
             fmt::format("could not ask who may open timelines: {}", error.what()), error.hint());
    return std::nullopt;
  }
}

int policy_show(const CommandContext& call) {
  const std::string cluster = call.cluster();
  Client client = call.client();
  const std::string answer = client.ask(ShowPolicy{cluster}, patience());
  const auto timelines = ask_new_timelines(client, cluster);
  if (call.json()) {
    print(timelines ? with_new_timelines(answer, *timelines) : answer);
  } else {
    print(fmt::format("{}{}", shown(parse_cluster_policy(answer), cluster),
                      timelines ? timelines_text(*timelines) : ""));
  }
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
  CommandSpec set{
      .name = "policy set",
      .summary = "set how walstowd prunes a cluster, its quota, and who may open timelines",
      .options = policy_options(),
      .positionals = {kClusterArgument}};
  set.options.push_back(
      {"--quota", "SIZE",
       "refuse puts once the cluster stores this much, such as 500GB; none for no limit"});
  set.options.push_back({"--new-timelines", "CLIENTS",
                         "clients that may put new histories, such as primary1,standby1; or any"});
  return {
      {std::move(set), policy_set},
      {{"policy show",
        "show the policy of a cluster, its quota, and who may open timelines",
        {},
        {kOptionalClusterArgument}},
       policy_show},
      {{"policy remove",
        "remove the policy: after that, only \"walstow prune\" prunes the cluster",
        {},
        {kClusterArgument}},
       policy_remove},
  };
}

}  // namespace walstow
