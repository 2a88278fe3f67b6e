#include "store/admin/client_arguments.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

#include "proto/base/error.h"
#include "proto/link/pem_file.h"
#include "proto/link/store_address.h"
#include "store/certificates/host_names.h"
#include "store/certificates/tls_folder.h"
#include "store/server/daemon_settings.h"

namespace walstow {
namespace {

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
              "Give the store's address as the client sees it: https://HOST:PORT.");
}

}  // namespace

std::string client_name(const CommandContext& call) {
  std::string name = call.command.positional("NAME");
  if (valid_client_name(name)) return name;
  throw Error(
      ErrorKind::kUsage, fmt::format("\"{}\" is not a valid client name", escaped(name)),
      "A name has 1 to 63 letters, digits, \".\", \"-\" and \"_\", and starts with a letter "
      "or digit.");
}

std::string cluster_option(const CommandContext& call) {
  std::string cluster = call.settings.required("cluster");
  if (cluster == kEveryCluster || valid_cluster_name(cluster)) return cluster;
  throw Error(ErrorKind::kUsage,
              fmt::format("\"{}\" is not the name of a cluster", escaped(cluster)),
              "Rights are granted in a cluster, or in \"*\", which means all clusters.");
}

std::set<Right> right_options(const CommandContext& call) {
  std::set<Right> rights;
  for (const std::string& text : call.options("right")) {
    const auto right = parse_right(text);
    if (!right) {
      throw Error(
          ErrorKind::kUsage, fmt::format("\"{}\" is not a right", escaped(text)),
          "Give \"archive\", \"restore\", \"admin\" or \"monitor\", each with its own --right.");
    }
    rights.insert(*right);
  }
  return rights;
}

Grant grant_option(const CommandContext& call) {
  Grant grant{.cluster = cluster_option(call), .rights = right_options(call)};
  if (grant.rights.empty()) {
    throw Error(ErrorKind::kUsage, "no rights were given",
                "Give --right archive, --right restore, --right admin or --right monitor, or "
                "several of them.");
  }
  return grant;
}

SshPublicKey ssh_key_option(const CommandContext& call) {
  const std::string path = call.command.option("ssh");
  static constexpr PemKind kPublicKey{
      .name = "public key file",
      .label = "",
      .missing =
          "\"ssh-keygen -t ed25519\" on the client's host creates one next to the private key."};
  const auto key = parse_ssh_public_key(read_pem_file(kPublicKey, path).text);
  if (!key) {
    throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not an SSH public key", path),
                "Give the file whose name ends with .pub: it has one line, such as \"ssh-ed25519 "
                "AAAA... NAME\".");
  }
  static constexpr std::array kTypes{"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                                     "ecdsa-sha2-nistp521", "ssh-rsa"};
  if (std::ranges::find(kTypes, key->type) == kTypes.end()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("walstow cannot sign with the kind of key in \"{}\": {}", path,
                            escaped(key->type)),
                "Create one with \"ssh-keygen -t ed25519\".");
  }
  return *key;
}

std::string authority_folder(const CommandContext& call) {
  const ClientOptions options = store_options(call.settings);
  const auto* const local = std::get_if<LocalStore>(&options.store);
  if (local == nullptr) return "";
  if (!parse_s3_address(local->archive)) return local->archive;
  return read_walstowd_settings("").text("state");
}

std::string url_for_client(const CommandContext& call) {
  if (const auto given = url_option(call)) return *given;
  const ClientOptions options = store_options(call.settings);
  if (const auto* const tls = std::get_if<TlsStore>(&options.store)) return url_text(tls->at);
  if (authority_folder(call).empty()) {
    throw Error(ErrorKind::kUsage,
                "the host name by which clients reach the store over TLS is not known here",
                "Give its address with --url; or register an SSH key with --ssh.");
  }
  const std::string path = tls_folder_of(authority_folder(call)).certificate;
  const std::vector<std::string> hosts = hosts_of(*read_certificates(path).front());
  if (!hosts.empty()) return url_text({.host = hosts.front()});
  throw Error(ErrorKind::kUsage, fmt::format("certificate file \"{}\" names no host", path),
              "Give the address of the store with --url.");
}

}  // namespace walstow
