// walstowd: the store. Started with --stdio it serves one connection on its standard streams and
// ends with it: the far end of the local link.
#include <array>
#include <csignal>
#include <cstdio>
#include <exception>

#include "proto/base/command_line.h"
#include "proto/base/exit_code.h"
#include "proto/base/log.h"
#include "store/archive_folder.h"
#include "store/stdio_server.h"

namespace walstow {
namespace {

constexpr std::array kSettings{
    Setting{.name = "archive", .placeholder = "DIR", .help = "the archive's folder"},
    Setting{.name = "compression_level",
            .type = SettingType::kCount,
            .default_value = "1",
            .placeholder = "LEVEL",
            .help = "zstd level of what is stored: 1 (fast) to 19 (small)"},
    Setting{.name = "idle_timeout",
            .type = SettingType::kDuration,
            .default_value = "2min",
            .placeholder = "DURATION",
            .help = "longest wait for a connection's next request"},
    Setting{.name = "progress_timeout",
            .type = SettingType::kDuration,
            .default_value = "30s",
            .placeholder = "DURATION",
            .help = "longest wait for a peer to send or take the next chunk"},
    Setting{.name = "request_timeout",
            .type = SettingType::kDuration,
            .default_value = "10min",
            .placeholder = "DURATION",
            .help = "longest time for one request with all of its data"},
};

constexpr std::uint64_t kHighestLevel = 19;  // above it zstd's memory grows beyond all bounds

ProgramSpec program() {
  return {.name = "walstowd",
          .summary = "The archive store: keeps the WAL of PostgreSQL clusters, and serves it.",
          .footer =
              "walstow-archive and walstow-restore start it by themselves for a store that is "
              "a folder.\n\nExit codes: 0 served, 1 failed, 2 wrong call or configuration.",
          .settings_file = "walstowd.toml",
          .settings = kSettings,
          .commands = {{.name = "",
                        .summary = "",
                        .options = {{.flags = "--stdio",
                                     .placeholder = "",
                                     .help = "serve one connection on standard input and output"}},
                        .positionals = {}}}};
}

StdioServer server_of(const Settings& settings) {
  const std::uint64_t level = settings.count("compression_level");
  if (level < 1 || level > kHighestLevel) {
    throw Error(ErrorKind::kUsage, "setting \"compression_level\" (" +
                                       settings.origin("compression_level") + ") is " +
                                       std::to_string(level) + ", not 1 to 19");
  }
  return {.archive = settings.required("archive"),
          .compression_level = static_cast<int>(level),
          .limits = {.idle = settings.duration("idle_timeout"),
                     .progress = settings.duration("progress_timeout"),
                     .whole = settings.duration("request_timeout")}};
}

int run(int argc, const char* const* argv) {
  ParsedCommand command;
  Settings settings(kSettings);
  if (parse_command_line(program(), argc, argv, command, settings) == CommandLineResult::kShown) {
    return exit_code::kDone;
  }
  start_log("walstowd", command.verbose ? LogLevel::kDebug : LogLevel::kWarning);
  if (!command.flag("stdio")) {
    throw Error(ErrorKind::kUsage, "no connection to serve",
                "Give --stdio; a store that is a folder needs no daemon.");
  }
  const StdioServer server = server_of(settings);
  become_owner_of(server.archive);
  serve_standard_streams(server);
  return exit_code::kDone;
}

}  // namespace
}  // namespace walstow

int main(int argc, char** argv) {
  using walstow::Error;
  // A peer that has gone away is an error of the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  walstow::start_log("walstowd", walstow::LogLevel::kWarning);
  try {
    return walstow::run(argc, argv);
  } catch (const Error& error) {
    walstow::log_error(error);
    return error.kind() == walstow::ErrorKind::kUsage ? walstow::exit_code::kUsage
                                                      : walstow::exit_code::kFailed;
  } catch (const std::exception& error) {
    walstow::log_line(walstow::LogLevel::kError, error.what());
    return walstow::exit_code::kFailed;
  }
}
