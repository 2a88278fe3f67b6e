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

constexpr std::array kOwnSettings{
    Setting{.name = "archive",
            .placeholder = "DIR",
            .help = "the archive's folder, or s3://BUCKET/PREFIX"},
    Setting{
        .name = "listen",
        .default_value = ":7432",
        .placeholder = "ADDRESS",
        .help = "HOST:PORT to listen on, or :PORT for all of this machine; several with commas"},
    Setting{.name = "tls.ca",
            .placeholder = "FILE",
            .help = "certificate of the clients' authority (default: _tls/ca.crt in the archive)"},
    Setting{.name = "tls.cert",
            .placeholder = "FILE",
            .help = "the store's certificate (default: _tls/server.crt in the archive)"},
    Setting{.name = "tls.key",
            .placeholder = "FILE",
            .help = "its private key (default: _tls/server.key in the archive)"},
    Setting{.name = "compression_level",
            .type = SettingType::kCount,
            .default_value = "1",
            .placeholder = "LEVEL",
            .help = "zstd level of what the store compresses: 1 (fast) to 19 (small)"},
    Setting{.name = "max_connections",
            .type = SettingType::kCount,
            .default_value = "500",
            .placeholder = "NUMBER",
            .help = "most connections of clients at once"},
    Setting{.name = "max_connections_per_client",
            .type = SettingType::kCount,
            .default_value = "50",
            .placeholder = "NUMBER",
            .help = "most connections of one client at once"},
    Setting{.name = "io_threads",
            .type = SettingType::kCount,
            .default_value = "2",
            .placeholder = "NUMBER",
            .help = "threads for the network and its encryption"},
    Setting{.name = "workers",
            .type = SettingType::kCount,
            .default_value = "8",
            .placeholder = "NUMBER",
            .help = "threads that work on the archive, and puts that they work on at once"},
    Setting{.name = "prune_interval",
            .type = SettingType::kDuration,
            .default_value = "1h",
            .placeholder = "DURATION",
            .help = "how often to prune clusters that have a policy; 0s for never"},
    Setting{.name = "handshake_timeout",
            .type = SettingType::kDuration,
            .default_value = "10s",
            .placeholder = "DURATION",
            .help = "longest time for a new connection to prove who it is"},
    Setting{.name = "idle_timeout",
            .type = SettingType::kDuration,
            .default_value = "2min",
            .placeholder = "DURATION",
            .help = "longest wait for a connection's next request"},
    Setting{.name = "progress_timeout",
            .type = SettingType::kDuration,
            .default_value = "30s",
            .placeholder = "DURATION",
            .help = "longest time for a peer to send or take the next 256 KiB"},
    Setting{.name = "request_timeout",
            .type = SettingType::kDuration,
            .default_value = "10min",
            .placeholder = "DURATION",
            .help = "longest time for one request with all of its data"},
    Setting{.name = "stop_timeout",
            .type = SettingType::kDuration,
            .default_value = "30s",
            .placeholder = "DURATION",
            .help = "longest wait at the end for requests that are under way"},
};

// Read once, when the daemon starts.
constexpr std::array<std::string_view, 6> kNeedRestart{"archive",    "listen",  "compression_level",
                                                       "io_threads", "workers", "prune_interval"};

constexpr std::uint64_t kHighestLevel = 19;  // above it zstd's memory grows beyond all bounds
constexpr std::uint64_t kMostThreads = 256;
constexpr std::uint64_t kMostConnections = 100'000;

SessionLimits limits_of(const Settings& settings) {
  return {.idle = settings.duration("idle_timeout"),
          .progress = settings.duration("progress_timeout"),
          .whole = settings.duration("request_timeout")};
}

std::vector<HostPort> parse_listen(const Settings& settings) {
  const std::string text = settings.required("listen");
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
                fmt::format("setting \"listen\" ({}): {}", settings.origin("listen"), error.what()),
                error.hint());
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
          .compression_level =
              static_cast<int>(settings.count("compression_level", {1, kHighestLevel})),
          .limits = limits_of(settings)};
}

DaemonOptions daemon_options(const Settings& settings) {
  const ArchiveLocation archive = archive_location(settings.required("archive"), settings);
  const bool has_all_tls = !settings.text("tls.ca").empty() && !settings.text("tls.cert").empty() &&
                           !settings.text("tls.key").empty();
  if (archive.state.empty() && !has_all_tls) {
    throw Error(
        ErrorKind::kUsage, "the setting \"state\" is missing",
        "Of an archive in S3, it names the folder that \"walstow init\" has put the store's "
        "key and certificates into: --state DIR.");
  }
  const TlsFolder folder = tls_folder_of(archive.state);
  const auto or_else = [&settings](std::string_view name, const std::string& path) {
    const std::string given = settings.text(name);
    return given.empty() ? path : given;
  };
  return {.archive = archive,
          .listen = parse_listen(settings),
          .tls = {.ca = or_else("tls.ca", folder.authority_certificate),
                  .certificate = or_else("tls.cert", folder.certificate),
                  .key = or_else("tls.key", folder.key)},
          .compression_level =
              static_cast<int>(settings.count("compression_level", {1, kHighestLevel})),
          .limits = limits_of(settings),
          .handshake = settings.duration("handshake_timeout"),
          .stop = settings.duration("stop_timeout"),
          .connections = settings.count("max_connections", {1, kMostConnections}),
          .connections_of_one_client =
              settings.count("max_connections_per_client", {1, kMostConnections}),
          .io_threads = static_cast<unsigned>(settings.count("io_threads", {1, kMostThreads})),
          .workers = static_cast<unsigned>(settings.count("workers", {1, kMostThreads})),
          .prune_interval = settings.duration("prune_interval")};
}

void log_changes(const Settings& before, const Settings& after) {
  for (const Setting& setting : walstowd_settings()) {
    const std::string was = before.text(setting.name);
    const std::string is = after.text(setting.name);
    if (was == is) continue;
    const bool later =
        std::find(kNeedRestart.begin(), kNeedRestart.end(), setting.name) != kNeedRestart.end() ||
        setting.name == "state" || setting.name.starts_with("s3.");
    log_line(LogLevel::kInfo,
             fmt::format("setting \"{}\" is \"{}\" now, was \"{}\"{}", setting.name, is, was,
                         later ? "; it counts from the next start on" : ""));
  }
}

}  // namespace walstow
