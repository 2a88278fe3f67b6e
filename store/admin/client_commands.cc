// `walstow client add|renew|grant|revoke|list|remove`: who may ask the store, and the certificates
// by which they prove it.
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/identity/public_key.h"
#include "proto/identity/ssh_public_key.h"
#include "proto/link/pem_file.h"
#include "proto/link/store_address.h"
#include "proto/program/exit_code.h"
#include "proto/wire/json_fields.h"
#include "store/admin/all_pages.h"
#include "store/admin/authorized_keys.h"
#include "store/admin/certificate_options.h"
#include "store/admin/client_folder.h"
#include "store/admin/commands.h"
#include "store/admin/report_text.h"
#include "store/certificates/host_names.h"
#include "store/certificates/tls_folder.h"
#include "store/server/daemon_settings.h"

namespace walstow {
namespace {

constexpr std::string_view kCertificateFile = "client.crt";

std::string client_name(const CommandContext& call) {
  std::string name = call.command.positional("NAME");
  if (valid_client_name(name)) return name;
  throw Error(
      ErrorKind::kUsage, fmt::format("\"{}\" is not a valid client name", escaped(name)),
      "A name has 1 to 63 letters, digits, \".\", \"-\" and \"_\", and starts with a letter "
      "or digit.");
}

// "*" stands for every cluster.
std::string cluster_option(const CommandContext& call) {
  std::string cluster = call.settings.required("cluster");
  if (cluster == kEveryCluster || valid_cluster_name(cluster)) return cluster;
  throw Error(ErrorKind::kUsage,
              fmt::format("\"{}\" is not the name of a cluster", escaped(cluster)),
              "Rights are granted in a cluster, or in \"*\", which is all of them.");
}

Grant grant_option(const CommandContext& call) {
  Grant grant{.cluster = cluster_option(call), .rights = {}};
  for (const std::string& text : call.options("right")) {
    const auto right = parse_right(text);
    if (!right) {
      throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not a right", escaped(text)),
                  "Give \"archive\", \"restore\" or \"admin\", each with a --right of its own.");
    }
    grant.rights.insert(*right);
  }
  if (grant.rights.empty()) {
    throw Error(ErrorKind::kUsage, "no right was given",
                "Give --right archive, --right restore or --right admin, or several of them.");
  }
  return grant;
}

SshPublicKey read_ssh_public_key(const std::string& path) {
  static constexpr PemKind kPublicKey{
      .name = "public key file",
      .label = "",
      .missing =
          "\"ssh-keygen -t ed25519\" on the client's host makes one next to the private key."};
  const auto key = parse_ssh_public_key(read_pem_file(kPublicKey, path).text);
  if (!key) {
    throw Error(
        ErrorKind::kUsage, fmt::format("\"{}\" is not a public key of SSH", path),
        "Give the file that ends with .pub: one line, such as \"ssh-ed25519 AAAA... NAME\".");
  }
  static constexpr std::array kTypes{"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                                     "ecdsa-sha2-nistp521", "ssh-rsa"};
  if (std::ranges::find(kTypes, key->type) == kTypes.end()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the key in \"{}\" is of a kind that walstow cannot sign with: {}",
                            path, escaped(key->type)),
                "Make one with \"ssh-keygen -t ed25519\".");
  }
  return *key;
}

// What sshd is to start for the client. From afar nobody knows where walstowd and the archive are.
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
    throw Error(ErrorKind::kUsage,
                fmt::format("option --{} is about a certificate, and --ssh makes none", name),
                "A client has either a certificate or an SSH key: add it twice, under two names.");
  }
}

// The line alone goes to standard output, ready to be appended to authorized_keys.
int add_ssh(const CommandContext& call) {
  const std::string name = client_name(call);
  const Grants grants{grant_option(call)};
  refuse_certificate_options(call);
  const SshPublicKey key = read_ssh_public_key(call.command.option("ssh"));
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
  log_line(LogLevel::kInfo, fmt::format("client \"{}\" added; add the line to .ssh/authorized_keys "
                                        "of the archive's owner on the store's host",
                                        name));
  return exit_code::kDone;
}

// The folder that the archive's authority lies in: its own, or of one in S3 that of walstowd's
// setting "state". "" where it is not of this host.
std::string local_archive(const CommandContext& call) {
  const ClientOptions options = store_options(call.settings);
  const auto* const local = std::get_if<LocalStore>(&options.store);
  if (local == nullptr) return "";
  if (!parse_s3_address(local->archive)) return local->archive;
  return read_walstowd_settings("").text("state");
}

std::string url_text(const HostPort& store) {
  return fmt::format("https://{}", to_string(store));
}

// nullopt: it was not given.
std::optional<std::string> url_option(const CommandContext& call) {
  const std::string text = call.command.option("url");
  if (text.empty()) return std::nullopt;
  if (text.starts_with("https://")) {
    try {
      const auto address = std::get<TlsAddress>(parse_store_address(text));
      check_host(address.at.host);
      return url_text(address.at);
    } catch (const Error& error) {
      throw Error(ErrorKind::kUsage, fmt::format("option --url: {}", error.what()), error.hint());
    }
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("invalid value \"{}\" for option --url", escaped(text)),
              "Give https://HOST:PORT, as the client will reach the store.");
}

// How the client will reach the store: as --url says, as we do, or by the first name that the
// store's own certificate has.
std::string url_for_client(const CommandContext& call) {
  if (const auto given = url_option(call)) return *given;
  const ClientOptions options = store_options(call.settings);
  if (const auto* const tls = std::get_if<TlsStore>(&options.store)) return url_text(tls->at);
  if (local_archive(call).empty()) {
    throw Error(ErrorKind::kUsage, "the host name by which TLS reaches the store is not known here",
                "Give its address with --url; or register an SSH key with --ssh.");
  }
  const std::string path = tls_folder_of(local_archive(call)).certificate;
  const std::vector<std::string> hosts = hosts_of(*read_certificates(path).front());
  if (!hosts.empty()) return url_text({.host = hosts.front()});
  throw Error(ErrorKind::kUsage, fmt::format("certificate file \"{}\" names no host", path),
              "Give the address of the store with --url.");
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
  const Authority authority = authority_option(call, local_archive(call));
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
  const Authority authority = authority_option(call, local_archive(call));
  Client client = call.client();
  const ClientReport report = registered(client, name);
  if (ssh_key_of(report.public_key)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("client \"{}\" has an SSH key, and no certificate to renew", name),
                "An SSH key does not expire. To change it, remove the client and add it again.");
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

// Puts `wanted` in the place of what was granted in its cluster; what was in others stays.
int set_rights(const CommandContext& call, const Grant& wanted) {
  const std::string name = client_name(call);
  Client client = call.client();
  Grants grants = registered(client, name).grants;
  std::erase_if(grants, [&wanted](const Grant& old) { return old.cluster == wanted.cluster; });
  if (!wanted.rights.empty()) grants.push_back(wanted);
  if (grants.empty()) {
    throw Error(ErrorKind::kUsage, fmt::format("client \"{}\" would have no right left", name),
                fmt::format("Remove it with {}.", suggestion({"client", "remove", name})));
  }
  const std::string answer =
      client.ask(ChangeClient{.client = name, .grants = std::move(grants)}, patience());
  print_clients(call, {answer, parse_client_reports(answer)});
  return exit_code::kDone;
}

int client_grant(const CommandContext& call) {
  return set_rights(call, grant_option(call));
}

int client_revoke(const CommandContext& call) {
  return set_rights(call, {.cluster = cluster_option(call), .rights = {}});
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

constexpr Option kRightOption{
    "--right", "RIGHT",
    "archive, restore or admin, in --cluster (\"*\": in all clusters); may be repeated"};
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
          "register this public SSH key, and print its line for authorized_keys; for a store at "
          "ssh://",
          ValueType::kFile},
         {"--csr", "FILE", "sign this request; the key stays on the client's host",
          ValueType::kFile},
         {"--url", "URL",
          "how the client reaches the store (default: as this command does, or by the host in the "
          "store's certificate)"},
         kOutOption,
         kDaysOption,
         kAuthorityKeyOption,
         kAuthorityOption},
        {kNameArgument},
        {{"Register a server that archives and restores",
          "walstow client add primary1 --cluster main --right archive --right restore"}}},
       client_add},
      {{"client renew",
        "make a new certificate for a client; its key stays",
        {kOutOption, kDaysOption, kAuthorityKeyOption, kAuthorityOption},
        {kNameArgument}},
       client_renew},
      {{"client grant",
        "set what a client may do in --cluster; its next request has these rights",
        {kRightOption},
        {kNameArgument}},
       client_grant},
      {{"client revoke", "take all rights in --cluster from a client", {}, {kNameArgument}},
       client_revoke},
      {{"client list", "list the clients, their rights, and when their certificates end", {}, {}},
       client_list},
      {{"client remove",
        "remove a client: the store refuses its next request",
        {},
        {kNameArgument}},
       client_remove},
  };
}

}  // namespace walstow
