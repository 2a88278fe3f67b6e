// walstow-archive: what archive_command runs for each file that PostgreSQL has finished.
//
//   archive_command = 'walstow-archive %p'
//
// PostgreSQL takes exit 0 for "safe, may be recycled" and never asks again, so 0 means that the
// store has promised durability. Any other code up to 125 makes it count a failure and try again
// later; from 126 on it would restart its archiver instead and count nothing, so that monitoring
// misses it. Hence no way out of main() leads there.
#include <fmt/format.h>

#include "archiver/archive_file.h"
#include "proto/base/command_line.h"
#include "proto/base/exit_code.h"
#include "proto/base/log.h"
#include "proto/base/run_program.h"
#include "proto/base/signals.h"
#include "proto/link/certificate_warning.h"
#include "proto/link/client.h"
#include "proto/link/client_settings.h"
#include "proto/link/command_settings.h"
#include "proto/link/instance.h"
#include "proto/link/spool_folder.h"

namespace walstow {
namespace {

constexpr const char* kProgram = "walstow-archive";

constexpr const char* kFooter =
    "In postgresql.conf:\n"
    "  archive_mode = on\n"
    "  archive_command = 'walstow-archive %p'\n"
    "\n"
    "Exit codes:\n"
    "  0  the store keeps the file, durably\n"
    "  1  it does not; PostgreSQL tries again and counts the failure\n"
    "  2  wrong call or setting; as 1\n";

ProgramSpec program_spec(std::span<const Setting> settings) {
  return {.name = kProgram,
          .summary = "Puts a finished WAL file into the archive store; run by archive_command.",
          .footer = kFooter,
          .settings_file = "walstow.toml",
          .settings = settings,
          .commands = {{.options = {{.flags = "-D,--pgdata",
                                     .placeholder = "DIR",
                                     .help = "the data directory (default: found from PATH, or "
                                             "the working directory)"},
                                    {.flags = "--system",
                                     .placeholder = "ID",
                                     .help = "the system identifier, instead of the data "
                                             "directory's"}},
                        .positionals = {{.name = "PATH", .help = "the file to archive: %p"}}}}};
}

// Only if walstow-restore has made one here: a data directory that never was a standby needs none.
// A put does not depend on it.
std::optional<Instance> instance_of(const std::string& data_directory, FileSystem& wal_folder) {
  const bool primary = recovery_mode(data_directory) == RecoveryMode::kTool;
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
              "%p is relative to the data directory; run the command there.");
}

void archive(const ParsedCommand& command, const Settings& settings) {
  Client client(client_options(settings));
  const std::string path = command.positional("PATH");
  const std::string data_directory = find_data_directory(command.option("pgdata"), path);
  const std::unique_ptr<FileSystem> folder = open_folder_of(path);

  const ArchiveJob job{.path = path,
                       .folder = *folder,
                       .cluster = settings.required("cluster"),
                       .server = find_server_identity(data_directory, command.option("system")),
                       .instance = instance_of(data_directory, *folder)};
  const Patience patience{.give_up = Deadline::after(settings.duration("archive_wait")),
                          .on_failure = [](const Error& error, Duration) {
                            log_line(LogLevel::kDebug,
                                     fmt::format("{}; trying again", error.what()), error.hint());
                          }};
  const PutDone done = archive_file(
      job, [&](PutFile put, File& raw) { return client.put(std::move(put), raw, patience); });

  if (const auto until = client.certificate_until()) {
    warn_of_certificate_end_daily(*folder, *until, std::chrono::system_clock::now());
  }
  const char* const what =
      done.result == PutResult::kPublished ? "archived file" : "the store had already file";
  log_line(LogLevel::kInfo,
           fmt::format("{} \"{}\" as \"{}/{}\", {} of {} bytes", what, path, done.report.era,
                       done.report.name, done.report.stored_size, done.report.raw_size));
}

int run(int argc, const char* const* argv) {
  const std::vector<Setting> table = command_settings();
  Settings settings(table);
  ParsedCommand command;
  const CommandLineResult result =
      parse_command_line(program_spec(table), argc, argv, command, settings);
  if (result == CommandLineResult::kShown) return exit_code::kDone;
  if (command.verbose) start_log(kProgram, LogLevel::kDebug);
  archive(command, settings);
  return exit_code::kDone;
}

}  // namespace
}  // namespace walstow

int main(int argc, char** argv) {
  try {
    walstow::set_command_signals();
    walstow::start_log(walstow::kProgram, walstow::LogLevel::kWarning);
    return walstow::run_program([&] { return walstow::run(argc, argv); });
  } catch (...) {
    // Not even a line could be written (no memory). Without this the process would abort, which is
    // a signal and above 125.
    return walstow::exit_code::kFailed;
  }
}
