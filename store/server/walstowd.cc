// walstowd: the store, as a daemon that serves the network; or, with --stdio, for one connection on
// its standard streams: the far end of the local link, and of the ssh link.
#include <boost/system/system_error.hpp>

#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <functional>
#include <unistd.h>

#include "proto/base/log.h"
#include "proto/client/reach.h"
#include "proto/link/asio_error.h"
#include "proto/program/command_line.h"
#include "proto/program/exit_code.h"
#include "proto/program/run_program.h"
#include "store/archive/archive_location.h"
#include "store/server/daemon.h"
#include "store/server/daemon_settings.h"
#include "store/server/program.h"

namespace walstow {
namespace {

// Root would be the owner of everything that the network can make it write.
void refuse_root(const ArchiveLocation& archive) {
  if (geteuid() != 0) return;
  open_archive(archive);  // where there is no archive, that is what is wrong
  throw Error(ErrorKind::kUsage, "the store does not serve the network as root",
              "Make a separate user the owner of the archive: \"chown -R walstow: DIR\". For an "
              "archive in S3, DIR is the folder that the setting \"state\" names. Then start "
              "walstowd as that user, or as root.");
}

template <class Serve>
void serve_archive(const ArchiveLocation& archive, const Serve& serve) {
  try {
    serve();
  } catch (const boost::system::system_error& error) {
    throw_asio_error(fmt::format("could not serve archive \"{}\"", archive.name), error.code());
  }
}

int serve_network(Settings settings, const std::function<Settings()>& load) {
  const ServiceManager manager;
  const DaemonOptions options = daemon_options(settings);
  become_owner_of(options.archive);
  refuse_root(options.archive);
  if (options.archive.s3) warn_where_readable(*options.archive.s3);
  const auto reload = [&settings, &load] {
    Settings fresh = load();
    DaemonOptions reloaded = daemon_options(fresh);
    log_changes(settings, fresh);
    settings = std::move(fresh);
    return reloaded;
  };
  serve_archive(options.archive, [&] { run_daemon(options, reload, manager); });
  return exit_code::kDone;
}

// Call it before the process has become the archive's owner.
Caller stdio_caller(const ParsedCommand& command) {
  const std::string name = command.option("as");
  const std::string key = command.option("key");
  const bool owner = command.flag("owner");
  if (command.flag("as") && owner) {
    throw Error(ErrorKind::kUsage, "options --as and --owner cannot be combined",
                "A forced command needs only --as.");
  }
  if (command.flag("as")) return named_client(name, key);
  if (!key.empty()) {
    throw Error(ErrorKind::kUsage, "option --key needs --as",
                "\"walstow client add NAME --ssh KEY.pub\" prints both.");
  }
  if (owner) return {.kind = Caller::Kind::kOwner};
  throw Error(ErrorKind::kUsage, "option --stdio needs --as NAME, or --owner",
              "A forced command is \"walstowd --stdio --as NAME\", as \"walstow client add NAME "
              "--ssh KEY.pub\" prints it. With --owner, the caller has every right.");
}

int run(int argc, const char* const* argv) {
  ParsedCommand command;
  Settings settings(walstowd_settings());
  if (parse_command_line(walstowd_program(), argc, argv, command, settings) ==
      CommandLineResult::kShown) {
    return exit_code::kDone;
  }
  complete_hints(reach_of_archive(settings.text("archive")));
  if (command.flag("stdio")) {
    start_log("walstowd", command.verbose ? LogLevel::kDebug : LogLevel::kWarning);
    StdioServer server = stdio_server_options(settings);
    server.caller = stdio_caller(command);
    become_owner_of(server.archive);
    if (server.caller.kind == Caller::Kind::kOwner) server.caller = local_user();
    serve_archive(server.archive, [&server] { serve_standard_streams(server); });
    return exit_code::kDone;
  }
  if (command.flag("as") || command.flag("key") || command.flag("owner")) {
    throw Error(ErrorKind::kUsage, "options --as, --key and --owner need --stdio",
                "The daemon takes its clients' names from their certificates.");
  }
  start_log("walstowd", command.verbose ? LogLevel::kDebug : LogLevel::kInfo);
  const auto load = [argc, argv] {
    ParsedCommand again;
    Settings fresh(walstowd_settings());
    parse_command_line(walstowd_program(), argc, argv, again, fresh);
    return fresh;
  };
  return serve_network(std::move(settings), load);
}

}  // namespace
}  // namespace walstow

int main(int argc, char** argv) {
  // A peer that has gone away is an error of the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  walstow::start_log("walstowd", walstow::LogLevel::kWarning);
  return walstow::run_program([&] { return walstow::run(argc, argv); });
}
