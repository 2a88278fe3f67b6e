#include "archiver/command.h"

#include <fmt/format.h>

#include "archiver/archive.h"
#include "archiver/program.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/client/client.h"
#include "proto/client/client_settings.h"
#include "proto/client/precheck.h"
#include "proto/client/reach.h"
#include "proto/pgdata/data_directory.h"
#include "proto/pgdata/instance.h"
#include "proto/pgdata/spool_folder.h"
#include "proto/program/command_line.h"
#include "proto/program/exit_code.h"

namespace walstow {
namespace {

// Only if walstow-restore has made one here: a data directory that never was a standby needs none.
// A put does not depend on it.
std::optional<Instance> instance_of(RecoveryMode mode, FileSystem& wal_folder) {
  const bool primary = mode == RecoveryMode::kTool;
  try {
    return find_instance(
        wal_folder,
        {.role = primary ? Instance::Role::kPrimary : Instance::Role::kStandby, .standby = {}});
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return std::nullopt;
  }
}

std::unique_ptr<FileSystem> open_folder_of(const std::string& path) {
  std::unique_ptr<FileSystem> folder = open_wal_folder(parent_folder(path));
  if (folder != nullptr) return folder;
  throw Error(ErrorKind::kInvalid,
              fmt::format("could not archive file \"{}\": there is no such folder", path),
              "PATH (%p) is relative to the data directory. Run the command there.");
}

// The limit for the whole call. A fast stop of the server waits for its archiver, which calls up to
// six times; pg_ctl gives up after a minute. Files that are not archived then are archived after
// the next start.
Patience patience_of(const Settings& settings, const std::string& data_directory) {
  return {.give_up = Deadline::after(settings.duration("archive_wait")),
          .on_failure =
              [](const Error& error, Duration) {
                log_line(LogLevel::kDebug, fmt::format("{}; trying again", error.what()),
                         error.hint());
              },
          .hurry =
              [data_directory] {
                const auto postmaster = read_postmaster(data_directory);
                return postmaster && postmaster->stopping;
              }};
}

// Processes that could not be ended are recorded in `memory`, if there is one.
ConnectStore connector(const Settings& settings, const std::shared_ptr<FileSystem>& memory) {
  ClientOptions options = client_options(settings);
  note_processes_in(options.store, memory);
  return [options = std::move(options)] { return std::make_unique<Client>(options); };
}

// nullopt: the server is not in recovery. The setting applies to standbys. A recovery that ends
// archives next, so it always sends what the store lacks.
std::optional<StandbyPut> standby_put(const Settings& settings, RecoveryMode mode,
                                      const std::string& data_directory) {
  if (mode == RecoveryMode::kTool) return std::nullopt;
  const std::string how = settings.text("standby_archive");
  if (mode != RecoveryMode::kStandby || how == "fill") return StandbyPut{};
  return StandbyPut{.mode = how == "confirm" ? StandbyPut::Mode::kConfirm : StandbyPut::Mode::kFill,
                    .receives_since = receives_since(data_directory)};
}

// Everything else is archived in any case: a promotion's history, and what this server has written
// as a primary, come from this server alone.
bool is_left_to_others(const std::optional<StandbyPut>& standby, FileSystem& folder,
                       const std::string& path) {
  const WalFileName name = parse_archive_name(path);
  const auto status = folder.status(name.text());
  return standby && status && is_received(name, *status, *standby);
}

void archive_command(const ParsedCommand& command, const Settings& settings) {
  const std::string path = command.positional("PATH");
  const std::string data_directory = find_data_directory(command.option("pgdata"), path);
  const RecoveryMode mode = recovery_mode(data_directory);
  const auto standby = standby_put(settings, mode, data_directory);
  const std::shared_ptr<FileSystem> folder = open_folder_of(path);
  const bool is_off = mode == RecoveryMode::kStandby && settings.text("standby_archive") == "off";
  if (is_off && is_left_to_others(standby, *folder, path)) {
    log_line(LogLevel::kInfo,
             fmt::format("file \"{}\" was not archived: standby_archive is \"off\"", path));
    return;
  }
  const bool is_server_folder = is_data_directory(data_directory);
  const ServerIdentity server = find_server_identity(data_directory, command.option("system"));
  const SpoolOwner owner{.store = settings.required("store"),
                         .cluster = settings.required("cluster"),
                         .system_identifier = server.system_identifier.value_or(0)};
  const ArchiveCall call{
      .folder = folder,
      .path = path,
      .cluster = settings.required("cluster"),
      .encoding = settings.text("compress") == "client" ? Encoding::kZstd : Encoding::kIdentity,
      .server = server,
      .instance = instance_of(mode, *folder),
      .standby = standby,
      .is_server_folder = is_server_folder,
      // The next files may be received ones.
      .ahead = is_off ? 0 : settings.count("archive_ahead"),
      .connections = settings.count("archive_connections"),
      // Outside a server's folder nothing is left behind.
      .connect = connector(settings, is_server_folder ? folder : nullptr),
      .patience = patience_of(settings, data_directory)};
  const auto result = archive(call, owner);
  if (const auto* mark = std::get_if<ArchivedMarks::Kind>(&result)) {
    const char* const why = *mark == ArchivedMarks::Kind::kAhead ? "was archived ahead"
                                                                 : "was restored from the archive";
    log_line(LogLevel::kInfo, fmt::format("file \"{}\" {}", path, why));
    return;
  }
  const PutDone& done = std::get<PutDone>(result);
  const char* const what =
      done.result == PutResult::kPublished ? "archived file" : "the store already had file";
  log_line(LogLevel::kInfo,
           fmt::format("{} \"{}\" as \"{}/{}\", {} of {} bytes", what, path, done.report.era,
                       done.report.name, done.report.stored_size, done.report.raw_size));
}

}  // namespace

int run_archive(int argc, const char* const* argv) {
  const ProgramSpec program = archive_program();
  Settings settings(program.settings);
  ParsedCommand command;
  const CommandLineResult result = parse_command_line(program, argc, argv, command, settings);
  if (result == CommandLineResult::kShown) return exit_code::kDone;
  if (command.verbose) start_log(kArchiveProgram, LogLevel::kDebug);
  complete_hints(reach_of(settings));
  archive_command(command, settings);
  return exit_code::kDone;
}

}  // namespace walstow
