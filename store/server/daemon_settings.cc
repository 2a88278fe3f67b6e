#include "store/server/daemon_settings.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <vector>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/certificates/tls_folder.h"

namespace walstow {
namespace {

constexpr const char* kUsualFile = "/etc/walstow/walstowd.toml";

constexpr std::uint64_t kHighestLevel = 19;  // above it zstd's memory grows beyond all bounds
constexpr std::uint64_t kMostThreads = 256;
constexpr std::uint64_t kMostConnections = 100'000;

using Group = SettingGroup;
using Type = ValueType;

constexpr std::array kOwnSettings{
    Setting{.name = "archive",
            .type = Type::kFolder,
            .placeholder = "DIR",
            .help = "the archive's folder, or s3://BUCKET/PREFIX",
            .details = "Only the daemon needs this setting: a command that starts walstowd tells "
                       "it which archive to serve.",
            .needs_restart = true},
    Setting{.name = "listen",
            .default_value = ":7432",
            .placeholder = "ADDRESS",
            .help = "HOST:PORT to listen on, or :PORT for all addresses of this host; separate "
                    "several with commas",
            .needs_restart = true},
    Setting{.name = "metrics_listen",
            .placeholder = "ADDRESS",
            .help = "HOST:PORT to serve metrics and the status page on, without encryption; :PORT "
                    "for this host only; separate several with commas",
            .details = "Without it, both are served on \"listen\" only, to clients with the "
                       "right \"monitor\" in all clusters.",
            .needs_restart = true},
    Setting{.name = "tls.ca",
            .type = Type::kFile,
            .placeholder = "FILE",
            .help = "certificate of the authority that signs clients' certificates",
            .group = Group::kTls,
            .found_default = "_tls/ca.crt in the archive, or in the state folder"},
    Setting{.name = "tls.cert",
            .type = Type::kFile,
            .placeholder = "FILE",
            .help = "the store's certificate",
            .group = Group::kTls,
            .found_default = "_tls/server.crt in the archive, or in the state folder"},
    Setting{.name = "tls.key",
            .type = Type::kFile,
            .placeholder = "FILE",
            .help = "private key for the store's certificate",
            .group = Group::kTls,
            .found_default = "_tls/server.key in the archive, or in the state folder"},
    Setting{
        .name = "compression_level",
        .type = Type::kCount,
        .default_value = "1",
        .placeholder = "LEVEL",
        .help =
            "zstd level at which the store compresses; a higher level is slower, and saves space",
        .group = Group::kResources,
        .details = "Clients compress with level 1.",
        .bounds = {.lowest = 1, .highest = kHighestLevel},
        .needs_restart = true},
    Setting{
        .name = "max_connections",
        .type = Type::kCount,
        .default_value = "500",
        .placeholder = "NUMBER",
        .help = "maximum number of client connections",
        .group = Group::kResources,
        .details = "The store refuses further connections, and reports the reason to the client.",
        .bounds = {.lowest = 1, .highest = kMostConnections}},
    Setting{.name = "max_connections_per_client",
            .type = Type::kCount,
            .default_value = "50",
            .placeholder = "NUMBER",
            .help = "maximum number of connections per client",
            .group = Group::kResources,
            .bounds = {.lowest = 1, .highest = kMostConnections}},
    Setting{.name = "io_threads",
            .type = Type::kCount,
            .default_value = "2",
            .placeholder = "NUMBER",
            .help = "number of threads for the network and its encryption",
            .group = Group::kResources,
            .bounds = {.lowest = 1, .highest = kMostThreads},
            .needs_restart = true},
    Setting{
        .name = "workers",
        .type = Type::kCount,
        .default_value = "8",
        .placeholder = "NUMBER",
        .help = "number of threads that work on the archive, and of puts that run at the same time",
        .group = Group::kResources,
        .details = "Further puts wait.",
        .bounds = {.lowest = 1, .highest = kMostThreads},
        .needs_restart = true},
    Setting{.name = "prune_interval",
            .type = Type::kDuration,
            .default_value = "1h",
            .placeholder = "DURATION",
            .help = "how often to prune the clusters that have a policy; 0s for never",
            .details = "The first round begins a minute after the start.",
            .needs_restart = true},
    Setting{.name = "handshake_timeout",
            .type = Type::kDuration,
            .default_value = "10s",
            .placeholder = "DURATION",
            .help = "longest time for a new connection to prove its identity",
            .group = Group::kTimeouts},
    Setting{.name = "idle_timeout",
            .type = Type::kDuration,
            .default_value = "2min",
            .placeholder = "DURATION",
            .help = "longest wait for the next request on a connection",
            .group = Group::kTimeouts},
    Setting{.name = "progress_timeout",
            .type = Type::kDuration,
            .default_value = "30s",
            .placeholder = "DURATION",
            .help = "longest time for a peer to send or accept the next 256 KiB",
            .group = Group::kTimeouts},
    Setting{.name = "request_timeout",
            .type = Type::kDuration,
            .default_value = "10min",
            .placeholder = "DURATION",
            .help = "longest time for one request with all of its data",
            .group = Group::kTimeouts},
    Setting{.name = "stop_timeout",
            .type = Type::kDuration,
            .default_value = "30s",
            .placeholder = "DURATION",
            .help = "when walstowd stops: longest wait for requests in progress",
            .group = Group::kTimeouts},
};

SessionLimits limits_of(const Settings& settings) {
  return {.idle = settings.duration("idle_timeout"),
          .progress = settings.duration("progress_timeout"),
          .whole = settings.duration("request_timeout")};
}

std::vector<HostPort> parse_addresses(const Settings& settings, std::string_view name) {
  const std::string text = settings.required(name);
  std::vector<HostPort> addresses;
  std::size_t start = 0;
  try {
    while (start <= text.size()) {
      std::size_t end = std::min(text.find(',', start), text.size());
      std::string_view one = std::string_view(text).substr(start, end - start);
      while (one.starts_with(' '))
        one.remove_prefix(1);
      if (one.empty()) throw Error(ErrorKind::kInvalid, "an address is missing between commas");
      addresses.push_back(parse_host_port(one));
      start = end + 1;
    }
  } catch (const Error& error) {
    throw Error(ErrorKind::kUsage,
                fmt::format("setting \"{}\" ({}): {}", name, settings.origin(name), error.what()),
                error.hint());
  }
  return addresses;
}

// Whatever reads them without a certificate should be on this host, unless it is set otherwise.
std::vector<HostPort> metrics_addresses(const Settings& settings) {
  if (settings.text("metrics_listen").empty()) return {};
  std::vector<HostPort> addresses = parse_addresses(settings, "metrics_listen");
  for (HostPort& address : addresses) {
    if (address.host.empty()) address.host = "127.0.0.1";
  }
  return addresses;
}

}  // namespace

std::span<const Setting> walstowd_settings() {
  static const std::vector<Setting> kAll = [] {
    std::vector<Setting> settings(kOwnSettings.begin(), kOwnSettings.end());
    const auto s3 = s3_settings();
    settings.insert(settings.end(), s3.begin(), s3.end());
    return settings;
  }();
  return kAll;
}

Settings read_walstowd_settings(const std::string& file) {
  Settings settings(walstowd_settings());
  if (load_settings_file(settings, file.empty() ? kUsualFile : file) || file.empty())
    return settings;
  throw Error(ErrorKind::kUsage, fmt::format("settings file \"{}\" does not exist", file));
}

StdioServer stdio_server_options(const Settings& settings) {
  return {.archive = archive_location(settings.required("archive"), settings),
          .compression_level = static_cast<int>(settings.count("compression_level")),
          .limits = limits_of(settings)};
}

DaemonOptions daemon_options(const Settings& settings) {
  const ArchiveLocation archive = archive_location(settings.required("archive"), settings);
  const bool has_all_tls = !settings.text("tls.ca").empty() && !settings.text("tls.cert").empty() &&
                           !settings.text("tls.key").empty();
  if (archive.state.empty() && !has_all_tls) {
    throw Error(ErrorKind::kUsage, "the setting \"state\" is missing",
                "For an archive in S3, it names the folder into which \"walstow init\" has put the "
                "store's key and certificates: --state DIR.");
  }
  const TlsFolder folder = tls_folder_of(archive.state);
  const auto or_else = [&settings](std::string_view name, const std::string& path) {
    const std::string given = settings.text(name);
    return given.empty() ? path : given;
  };
  return {.archive = archive,
          .listen = parse_addresses(settings, "listen"),
          .metrics_listen = metrics_addresses(settings),
          .tls = {.ca = or_else("tls.ca", folder.authority_certificate),
                  .certificate = or_else("tls.cert", folder.certificate),
                  .key = or_else("tls.key", folder.key)},
          .compression_level = static_cast<int>(settings.count("compression_level")),
          .limits = limits_of(settings),
          .handshake = settings.duration("handshake_timeout"),
          .stop = settings.duration("stop_timeout"),
          .connections = settings.count("max_connections"),
          .connections_of_one_client = settings.count("max_connections_per_client"),
          .io_threads = static_cast<unsigned>(settings.count("io_threads")),
          .workers = static_cast<unsigned>(settings.count("workers")),
          .prune_interval = settings.duration("prune_interval")};
}

void log_changes(const Settings& before, const Settings& after) {
  for (const Setting& setting : walstowd_settings()) {
    const std::string was = before.text(setting.name);
    const std::string is = after.text(setting.name);
    if (was == is) continue;
    log_line(LogLevel::kInfo,
             fmt::format("setting \"{}\" is \"{}\" now instead of \"{}\"{}", setting.name, is, was,
                         setting.needs_restart ? "; it takes effect at the next start" : ""));
  }
}

}  // namespace walstow
