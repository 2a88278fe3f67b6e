#include "proto/client/client_settings.h"

#include <fmt/format.h>

#include "proto/link/executables.h"
#include "proto/link/store_address.h"
#include "proto/wire/command.h"

namespace walstow {
namespace {

StoreAddress address_of(const Settings& settings) {
  const std::string store = settings.required("store");
  try {
    return parse_store_address(store);
  } catch (const Error& error) {
    throw Error(ErrorKind::kUsage,
                fmt::format("setting \"store\" ({}): {}", settings.origin("store"), error.what()),
                error.hint());
  }
}

Store parse_store(const Settings& settings) {
  StoreAddress address = address_of(settings);
  if (auto* tls = std::get_if<TlsAddress>(&address)) {
    return TlsStore{.at = std::move(tls->at),
                    .files = {.ca = settings.required("tls.ca"),
                              .certificate = settings.required("tls.cert"),
                              .key = settings.required("tls.key")}};
  }
  if (auto* ssh = std::get_if<SshAddress>(&address)) {
    return SshStore{.at = std::move(ssh->at),
                    .user = ssh->user.empty() ? settings.required("ssh.user") : ssh->user,
                    .archive = std::move(ssh->archive),
                    .identity = settings.text("ssh.identity"),
                    .agent = settings.text("ssh.agent"),
                    .known_hosts = settings.text("ssh.known_hosts")};
  }
  LocalStore local{.archive = std::get<LocalAddress>(address).archive,
                   .walstowd = settings.text("walstowd")};
  if (local.walstowd.empty()) local.walstowd = sibling_executable("walstowd");
  return local;
}

}  // namespace

const std::vector<Setting>& client_settings() {
  using Type = ValueType;
  using Group = SettingGroup;
  static const std::vector<Setting> kAll{
      {.name = "cluster",
       .placeholder = "NAME",
       .help = "the cluster's name in the archive",
       .details =
           "A name has 1 to 63 letters, digits, \"-\" and \"_\", and starts with a letter or "
           "digit."},
      {.name = "store",
       .placeholder = "URL",
       .help = "where the archive is: https://HOST:PORT, ssh://USER@HOST:PORT, the absolute path "
               "of its folder, or s3://BUCKET/PREFIX"},
      {.name = "tls.ca",
       .type = Type::kFile,
       .default_value = "/etc/walstow/ca.crt",
       .placeholder = "FILE",
       .help = "certificate of the archive's certificate authority, for a store at https://",
       .group = Group::kTls},
      {.name = "tls.cert",
       .type = Type::kFile,
       .default_value = "/etc/walstow/client.crt",
       .placeholder = "FILE",
       .help = "certificate of this client",
       .group = Group::kTls},
      {.name = "tls.key",
       .type = Type::kFile,
       .default_value = "/etc/walstow/client.key",
       .placeholder = "FILE",
       .help = "private key for this client's certificate",
       .group = Group::kTls,
       .details = "Only the user that PostgreSQL runs as may read the file."},
      {.name = "ssh.user",
       .default_value = "walstow",
       .placeholder = "NAME",
       .help = "account on the store's host, if the ssh:// address of the store contains none",
       .group = Group::kSsh},
      {.name = "ssh.identity",
       .type = Type::kFile,
       .placeholder = "FILE",
       .help = "private key without a passphrase, or \"agent\"",
       .group = Group::kSsh,
       .found_default = "~/.ssh/id_ed25519, id_ecdsa or id_rsa, or else the agent"},
      {.name = "ssh.agent",
       .type = Type::kFile,
       .placeholder = "PATH",
       .help = "path of an ssh-agent's socket",
       .group = Group::kSsh,
       .found_default = "$SSH_AUTH_SOCK"},
      {.name = "ssh.known_hosts",
       .type = Type::kFile,
       .placeholder = "FILE",
       .help = "file with the keys of trusted hosts",
       .group = Group::kSsh,
       .found_default = "~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts"},
      {.name = "walstowd",
       .type = Type::kFile,
       .placeholder = "PATH",
       .help = "path of the walstowd that the program starts for an archive in a folder or bucket",
       .group = Group::kLocal,
       .found_default = "walstowd in the folder of this program"},
      {.name = "connect_timeout",
       .type = Type::kDuration,
       .default_value = "2s",
       .placeholder = "DURATION",
       .help = "longest wait for a connection",
       .group = Group::kTimeouts},
      {.name = "head_timeout",
       .type = Type::kDuration,
       .default_value = "60s",
       .placeholder = "DURATION",
       .help = "longest wait for the store to answer a request that it has received completely",
       .group = Group::kTimeouts},
      {.name = "progress_timeout",
       .type = Type::kDuration,
       .default_value = "30s",
       .placeholder = "DURATION",
       .help = "longest wait for the next 64 kB in either direction",
       .group = Group::kTimeouts},
      {.name = "request_timeout",
       .type = Type::kDuration,
       .default_value = "10min",
       .placeholder = "DURATION",
       .help = "longest time for one request with all of its data",
       .group = Group::kTimeouts},
  };
  return kAll;
}

ClientOptions store_options(const Settings& settings) {
  return {.cluster = settings.text("cluster"),
          .store_text = settings.required("store"),
          .store = parse_store(settings),
          .deadlines = {.connect = settings.duration("connect_timeout"),
                        .head = settings.duration("head_timeout"),
                        .progress = settings.duration("progress_timeout"),
                        .whole = settings.duration("request_timeout")}};
}

ClientOptions client_options(const Settings& settings) {
  ClientOptions options = store_options(settings);
  const std::string cluster = settings.required("cluster");
  if (!valid_cluster_name(cluster)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("invalid value \"{}\" for setting \"cluster\" ({})", cluster,
                            settings.origin("cluster")),
                "A cluster's name has 1 to 63 letters, digits, \"-\" and \"_\", and starts with a "
                "letter or digit.");
  }
  return options;
}

}  // namespace walstow
