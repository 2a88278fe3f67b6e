// `walstow client add|renew|grant|revoke|list|remove`: the clients that may use the store, and the
// certificates by which they prove their identity.
#include <boost/json/parse.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <set>

#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/identity/public_key.h"
#include "proto/identity/ssh_public_key.h"
#include "proto/program/exit_code.h"
#include "proto/wire/json_fields.h"
#include "store/admin/all_pages.h"
#include "store/admin/authorized_keys.h"
#include "store/admin/certificate_options.h"
#include "store/admin/client_arguments.h"
#include "store/admin/client_folder.h"
#include "store/admin/commands.h"
#include "store/admin/report_text.h"
#include "store/certificates/tls_folder.h"

namespace walstow {
namespace {

constexpr std::string_view kCertificateFile = "client.crt";
// An attempt fails only if another administrator changes the same client at that moment.
constexpr int kMostChanges = 10;

// The command that sshd starts for the client. On another host, the paths of walstowd and the
// archive are unknown.
ForcedCommand forced_command(const CommandContext& call, const std::string& client) {
  const ClientOptions options = store_options(call.settings);
  if (const auto* const local = std::get_if<LocalStore>(&options.store)) {
    return {.walstowd = local->walstowd, .archive = local->archive, .client = client};
  }
  const auto* const ssh = std::get_if<SshStore>(&options.store);
  return {.walstowd = "walstowd",
          .archive = ssh == nullptr ? std::string() : ssh->archive,
          .client = client};
}

void refuse_certificate_options(const CommandContext& call) {
  for (const std::string_view name : {"csr", "url", "out", "days", "ca-key", "ca"}) {
    if (call.command.option(name).empty()) continue;
    throw Error(
        ErrorKind::kUsage,
        fmt::format("option --{} applies only to a certificate, and --ssh makes none", name),
        "A client has either a certificate or an SSH key. To use both, add two clients.");
  }
}

// The line alone goes to standard output, ready to be appended to authorized_keys.
int add_ssh(const CommandContext& call) {
  const std::string name = client_name(call);
  const Grants grants{grant_option(call)};
  refuse_certificate_options(call);
  const SshPublicKey key = ssh_key_option(call);
  const std::string line = authorized_keys_line(forced_command(call, name), key);
  const std::string answer = call.client().ask(
      AddClient{.client = name, .public_key = to_base64(key.blob), .grants = grants}, patience());
  if (call.json()) {
    boost::json::object report = boost::json::parse(answer).as_object();
    report["authorized_keys"] = line;
    print(to_line(report));
    return exit_code::kDone;
  }
  print(fmt::format("{}\n", line));
  log_line(LogLevel::kInfo,
           fmt::format("client \"{}\" added; its line, on standard output, belongs in "
                       "/etc/ssh/walstow_keys on the store's host, or in the file that "
                       "AuthorizedKeysFile in the sshd_config there names",
                       name));
  return exit_code::kDone;
}

std::string settings_text(const std::string& name, const Grants& grants, const std::string& url) {
  const std::string& cluster = grants.front().cluster;
  return fmt::format(
      "# Client \"{}\". Copy these files to /etc/walstow on its host. client.key must be\n"
      "# owned by the user that PostgreSQL runs as, and readable by no other user.\n"
      "{}store = \"{}\"\n"
      "\n"
      "[tls]\n"
      "ca = \"/etc/walstow/ca.crt\"\n"
      "cert = \"/etc/walstow/{}\"\n"
      "key = \"/etc/walstow/client.key\"\n",
      name, cluster == kEveryCluster ? "" : fmt::format("cluster = \"{}\"\n", cluster), url,
      kCertificateFile);
}

int client_add(const CommandContext& call) {
  if (!call.command.option("ssh").empty()) return add_ssh(call);
  const std::string name = client_name(call);
  const Grants grants{grant_option(call)};
  const std::string url = url_for_client(call);
  const std::string request = call.command.option("csr");
  const std::string out = call.command.option("out");
  const Authority authority = authority_option(call, authority_folder(call));
  const KeyHandle key = request.empty() ? make_key() : read_signing_request(request);
  const CertificateHandle certificate = authority.issue_client(*key, name, lifetime_option(call));
  const CertificateFacts facts = facts_of(*certificate);

  ClientFolder folder(out.empty() ? name : out);
  folder.write("ca.crt", certificate_text(authority.certificate()));
  folder.write(kCertificateFile, certificate_text(*certificate));
  if (request.empty()) folder.write_key("client.key", private_key_text(*key));
  folder.write("walstow.toml", settings_text(name, grants, url));
  const std::string answer = call.client().ask(AddClient{.client = name,
                                                         .public_key = to_base64(facts.public_key),
                                                         .grants = grants,
                                                         .certificate_until = facts.not_after},
                                               patience());
  folder.keep();
  print(call.json() ? answer
                    : fmt::format("client \"{}\" added; its certificate is valid until {}\n"
                                  "Next: copy the files in \"{}\" to /etc/walstow on its host\n",
                                  name, to_iso8601(facts.not_after), folder.path()));
  return exit_code::kDone;
}

ClientReport registered(Client& client, const std::string& name) {
  const auto clients = ask_all(client, ListClients{}, patience(), parse_client_reports).entries;
  const auto found = std::ranges::find(clients, name, &ClientReport::client);
  if (found != clients.end()) return *found;
  throw Error(ErrorKind::kRefused, fmt::format("there is no client \"{}\"", name),
              "\"walstow client list\" shows all of them.");
}

int client_renew(const CommandContext& call) {
  const std::string name = client_name(call);
  const std::string out = call.command.option("out");
  const Authority authority = authority_option(call, authority_folder(call));
  Client client = call.client();
  const ClientReport report = registered(client, name);
  if (ssh_key_of(report.public_key)) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("client \"{}\" has an SSH key, and no certificate to renew", name),
        "An SSH key does not expire. To change the key, remove the client and add it again.");
  }
  const KeyHandle key =
      parse_public_key(from_base64(report.public_key).value_or(std::vector<std::byte>()));
  const CertificateHandle certificate = authority.issue_client(*key, name, lifetime_option(call));
  const CertificateFacts facts = facts_of(*certificate);
  const std::string path =
      write_client_file(out.empty() ? name : out, kCertificateFile, certificate_text(*certificate));
  const std::string answer =
      client.ask(ChangeClient{.client = name, .certificate_until = facts.not_after}, patience());
  print(
      call.json()
          ? answer
          : fmt::format("the certificate of client \"{}\" is valid until {}\n"
                        "Next: copy \"{}\" to /etc/walstow on its host; its key does not change\n",
                        name, to_iso8601(facts.not_after), path));
  return exit_code::kDone;
}

void print_clients(const CommandContext& call, const WholeList<ClientReport>& clients) {
  print(call.json() ? clients.json
                    : registry_text(clients.entries, std::chrono::system_clock::now()));
}

// Changes the client's rights in one cluster. Rights in other clusters stay.
using ChangeRights = std::function<void(std::set<Right>& rights)>;

Grants changed_grants(Grants grants, const std::string& cluster, const ChangeRights& change) {
  const auto found = std::ranges::find(grants, cluster, &Grant::cluster);
  Grant& grant = found != grants.end() ? *found : grants.emplace_back(Grant{cluster, {}});
  change(grant.rights);
  std::erase_if(grants, [](const Grant& one) { return one.rights.empty(); });
  return grants;
}

// If another administrator has changed the rights since they were read, the store changes nothing
// and answers with the present rights. The command then changes these.
int change_rights(const CommandContext& call, const std::string& cluster,
                  const ChangeRights& change) {
  const std::string name = client_name(call);
  Client client = call.client();
  Grants before = registered(client, name).grants;
  for (int attempt = 0; attempt < kMostChanges; ++attempt) {
    const Grants wanted = changed_grants(before, cluster, change);
    if (wanted.empty()) {
      throw Error(ErrorKind::kUsage, fmt::format("client \"{}\" would have no rights left", name),
                  fmt::format("Remove it with {}.", suggestion({"client", "remove", name})));
    }
    const std::string answer =
        client.ask(ChangeClient{.client = name, .grants = wanted, .if_grants = before}, patience());
    const std::vector<ClientReport> now = parse_client_reports(answer);
    if (now.empty() || now.front().grants == wanted) {
      print_clients(call, {answer, now});
      return exit_code::kDone;
    }
    before = now.front().grants;
  }
  throw Error(
      ErrorKind::kUnavailable,
      fmt::format("gave up on client \"{}\": other administrators kept changing its rights", name),
      "Nothing was changed. Try again.");
}

int client_grant(const CommandContext& call) {
  const Grant added = grant_option(call);
  return change_rights(call, added.cluster, [&added](std::set<Right>& rights) {
    rights.insert(added.rights.begin(), added.rights.end());
  });
}

int client_revoke(const CommandContext& call) {
  const std::set<Right> removed = right_options(call);
  return change_rights(call, cluster_option(call), [&removed](std::set<Right>& rights) {
    std::erase_if(rights,
                  [&removed](Right right) { return removed.empty() || removed.contains(right); });
  });
}

int client_list(const CommandContext& call) {
  Client client = call.client();
  print_clients(call, ask_all(client, ListClients{}, patience(), parse_client_reports));
  return exit_code::kDone;
}

int client_remove(const CommandContext& call) {
  const std::string name = client_name(call);
  const std::string answer = call.client().ask(RemoveClient{name}, patience());
  print(call.json()
            ? answer
            : fmt::format("client \"{}\" removed: the store refuses it from now on\n", name));
  return exit_code::kDone;
}

constexpr Option kRightOption{"--right", "RIGHT",
                              "a right in --cluster (\"*\": in all clusters): archive, restore, "
                              "admin or monitor; may be repeated"};
constexpr Positional kNameArgument{"NAME", "the client's name"};
constexpr Option kOutOption{"--out", "DIR", "folder for the files (default: ./NAME)",
                            ValueType::kFolder};

}  // namespace

std::vector<AdminCommand> client_commands() {
  return {
      {{"client add",
        "register a client, and make the files for its host",
        {kRightOption,
         {"--ssh", "FILE",
          "register this public SSH key, and print its line for /etc/ssh/walstow_keys; for a store "
          "at ssh://",
          ValueType::kFile},
         {"--csr", "FILE",
          "sign the certificate request in this file; the private key stays on the client's host",
          ValueType::kFile},
         {"--url", "URL",
          "the address by which the client reaches the store (default: the address that this "
          "command uses, or else the host in the store's certificate)"},
         kOutOption,
         kDaysOption,
         kAuthorityKeyOption,
         kAuthorityOption},
        {kNameArgument},
        {{"Register a server that archives and restores",
          "walstow client add primary1 --cluster main --right archive --right restore"}}},
       client_add},
      {{"client renew",
        "make a new certificate for a client; its key stays the same",
        {kOutOption, kDaysOption, kAuthorityKeyOption, kAuthorityOption},
        {kNameArgument}},
       client_renew},
      {{"client grant",
        "add rights of a client in --cluster; they apply from its next request",
        {kRightOption},
        {kNameArgument},
        {{"Let a standby archive, too",
          "walstow client grant standby1 --cluster main --right archive"}}},
       client_grant},
      {{"client revoke",
        "take rights in --cluster from a client: those of --right, or all",
        {{"--right", "RIGHT", "take this right, and keep the others; may be repeated"}},
        {kNameArgument},
        {{"Let a client no longer archive",
          "walstow client revoke primary1 --cluster main --right archive"}}},
       client_revoke},
      {{"client list",
        "list the clients, their rights, and when their certificates expire",
        {},
        {}},
       client_list},
      {{"client remove",
        "remove a client: the store refuses its next request",
        {},
        {kNameArgument}},
       client_remove},
  };
}

}  // namespace walstow
