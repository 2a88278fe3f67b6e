#include "store/archive/rights.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "proto/base/suggestion.h"
#include "store/archive/client_registry.h"

namespace walstow {
namespace {

// Any one of these rights is enough, in that cluster or in all.
struct Needed {
  std::vector<Right> any_of;  // a refusal names the first
  std::string cluster;        // kEveryCluster: a right in one cluster is not enough
};

// nullopt: every registered client may send it.
std::optional<Needed> needed_for(const Command& command) {
  using enum Right;
  using Result = std::optional<Needed>;
  struct Visitor {
    Result operator()(const PutFile& c) const { return {{{kArchive}, c.cluster}}; }
    Result operator()(const ConfirmFile& c) const { return {{{kArchive}, c.put.cluster}}; }
    Result operator()(const GetFile& c) const { return {{{kRestore, kAdmin}, c.cluster}}; }
    Result operator()(const ListFiles& c) const { return readers(c.cluster); }
    Result operator()(const ListHoles& c) const { return readers(c.cluster); }
    Result operator()(const ListTimes& c) const { return readers(c.cluster); }
    // A verification occupies the store's disks and processors for hours.
    Result operator()(const VerifyFiles& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const SetAside& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const ClusterStatus& c) const { return readers(c.cluster); }
    // Retention relies on positions: no client reports one for another.
    Result operator()(const ReportPosition& c) const { return {{{kRestore}, c.cluster}}; }
    Result operator()(const CreateCluster& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const OpenEra& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const CheckStore& c) const {
      return {{{kArchive, kRestore, kMonitor, kAdmin}, c.cluster}};
    }
    Result operator()(const ListConflicts& c) const { return readers(c.cluster); }
    Result operator()(const AcceptContent& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const ListHolds& c) const { return readers(c.cluster); }
    Result operator()(const ListBackups& c) const { return readers(c.cluster); }
    Result operator()(const ListStandbys& c) const { return readers(c.cluster); }
    // A client that may put or get must not decide what is deleted.
    Result operator()(const AddHold& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const RemoveHold& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const AddBackup& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const RemoveBackup& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const ForgetStandby& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const SetPolicy& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const ShowPolicy& c) const { return readers(c.cluster); }
    Result operator()(const RemovePolicy& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const PlanPrune& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const BeginPrune& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const ContinuePrune& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const AbandonPrune& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const ListWithdrawn& c) const { return readers(c.cluster); }
    Result operator()(const WithdrawFile& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const ReturnFile& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const PurgeFile& c) const { return {{{kAdmin}, c.cluster}}; }
    // A client that may put must not decide which clients open timelines.
    Result operator()(const SetNewTimelines& c) const { return {{{kAdmin}, c.cluster}}; }
    Result operator()(const ShowNewTimelines& c) const { return readers(c.cluster); }
    // The answer contains only the clusters in which the caller has rights.
    Result operator()(const ListClusters&) const { return std::nullopt; }
    Result operator()(const Whoami&) const { return std::nullopt; }
    Result operator()(const ListClients&) const { return everywhere(); }
    Result operator()(const AddClient&) const { return everywhere(); }
    Result operator()(const ChangeClient&) const { return everywhere(); }
    Result operator()(const RemoveClient&) const { return everywhere(); }
    // A client that may change the registry can grant itself every right in every cluster.
    static Result everywhere() { return {{{kAdmin}, std::string(kEveryCluster)}}; }
    // They learn about a cluster without its WAL.
    static Result readers(const std::string& cluster) {
      return {{{kRestore, kMonitor, kAdmin}, cluster}};
    }
    // They show every cluster.
    Result operator()(const ShowMetrics&) const { return monitors(); }
    Result operator()(const ShowPage&) const { return monitors(); }
    static Result monitors() { return {{{kMonitor, kAdmin}, std::string(kEveryCluster)}}; }
  };
  return std::visit(Visitor(), command);
}

bool may(const Grants& grants, Right right, std::string_view cluster) {
  return std::ranges::any_of(grants, [&](const Grant& grant) {
    return (grant.cluster == kEveryCluster || grant.cluster == cluster) &&
           grant.rights.contains(right);
  });
}

// Without its own record, or without admin in it, an administrator could not undo the mistake. So
// only the owner can remove the last administrator from the registry.
bool shuts_out_itself(const Command& command, const Caller& caller) {
  if (caller.kind == Caller::Kind::kOwner) return false;
  if (const auto* remove = std::get_if<RemoveClient>(&command)) {
    return remove->client == caller.name;
  }
  const auto* change = std::get_if<ChangeClient>(&command);
  return change != nullptr && change->client == caller.name && change->grants &&
         !may(*change->grants, Right::kAdmin, kEveryCluster);
}

}  // namespace

OrRefusal<Grants> grants_of(BackendReader& backend, const Caller& caller, Time now) {
  using enum Right;
  if (caller.kind == Caller::Kind::kOwner) {
    return Grants{{.cluster = std::string(kEveryCluster), .rights = {kArchive, kRestore, kAdmin}}};
  }
  // The registry does not know it, and the handler serves it without asking here.
  if (caller.kind == Caller::Kind::kMonitor) return Grants{};
  const auto client =
      valid_client_name(caller.name) ? find_client(backend, caller.name) : std::nullopt;
  if (!client) {
    return make_refusal(Code::kUnknownClient,
                        fmt::format("client \"{}\" is not in the archive's registry", caller.name),
                        "It was never added, or it was removed. An administrator can add it with "
                        "\"walstow client add\".");
  }
  const bool by_certificate = caller.kind == Caller::Kind::kCertificate;
  if ((by_certificate || !caller.fingerprint.empty()) &&
      client->fingerprint != caller.fingerprint) {
    return make_refusal(
        Code::kUnknownClient,
        fmt::format("client \"{}\" is in the archive's registry with another key", caller.name),
        by_certificate
            ? "Use the newest certificate and key that were made for the client. Or ask an "
              "administrator to remove the client, and to add it again with \"walstow client add\"."
            : "Use the key that was added last. Or ask an administrator to remove the client, to "
              "add it again with \"walstow client add\", and to remove the old line from "
              "/etc/ssh/walstow_keys.");
  }
  // TLS checks it when a session begins, but a connection may last, and a session may be resumed.
  if (caller.certificate_until && now > *caller.certificate_until) {
    return make_refusal(Code::kUnknownClient,
                        fmt::format("the certificate of client \"{}\" expired on {}", caller.name,
                                    to_iso8601(*caller.certificate_until)),
                        "Renew it with \"walstow client renew\".");
  }
  return client->grants;
}

std::optional<Refusal> refuse_without_right(const Command& command, const Caller& caller,
                                            const Grants& grants) {
  const auto needed = needed_for(command);
  if (!needed) return std::nullopt;
  const auto granted = [&](Right right) { return may(grants, right, needed->cluster); };
  if (std::ranges::none_of(needed->any_of, granted)) {
    const std::string place = needed->cluster == kEveryCluster
                                  ? std::string("all clusters")
                                  : fmt::format("cluster \"{}\"", needed->cluster);
    const std::string_view right = to_string(needed->any_of.front());
    return make_refusal(
        Code::kNoRight,
        fmt::format("client \"{}\" has no right \"{}\" in {}", caller.name, right, place),
        fmt::format("An administrator can grant it: {}.",
                    suggestion({"client", "grant", caller.name, "--cluster", needed->cluster,
                                "--right", std::string(right)})));
  }
  if (shuts_out_itself(command, caller)) {
    return make_refusal(
        Code::kNoRight,
        fmt::format("client \"{}\" may not remove its own right \"admin\"", caller.name),
        "Ask another administrator, or the archive's owner on its own host.");
  }
  return std::nullopt;
}

bool is_for_administrators(const Command& command) {
  const auto needed = needed_for(command);
  return needed && needed->any_of == std::vector{Right::kAdmin};
}

bool concerns(const Grants& grants, std::string_view cluster) {
  using enum Right;
  return may(grants, kArchive, cluster) || may(grants, kRestore, cluster) ||
         may(grants, kMonitor, cluster) || may(grants, kAdmin, cluster);
}

}  // namespace walstow
