#include "restorer/command.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <span>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/client/client.h"
#include "proto/client/client_settings.h"
#include "proto/client/reach.h"
#include "proto/pgdata/certificate_warning.h"
#include "proto/pgdata/spool_folder.h"
#include "proto/program/command_line.h"
#include "proto/program/exit_code.h"
#include "restorer/prefetch/asking_server.h"
#include "restorer/prefetch/command.h"
#include "restorer/prefetch/prefetch_client.h"
#include "restorer/prefetch/start.h"
#include "restorer/program.h"
#include "restorer/restore.h"
#include "restorer/standby/restartpoint.h"

namespace walstow {
namespace {

// The paths to which the startup process has its files restored. No tool and no person uses these
// names. Source: PostgreSQL src/backend/access/transam/xlogarchive.c, RestoreArchivedFile().
bool is_asked_by_server(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name == "RECOVERYXLOG" || name == "RECOVERYHISTORY";
}

// "DIR" of "--pgdata DIR", "--pgdata=DIR", "-D DIR" and "-DDIR"; "" when it is not there.
std::string find_pgdata_argument(std::span<const char* const> arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--pgdata" || argument == "-D") {
      return i + 1 < arguments.size() ? arguments[i + 1] : "";
    }
    for (const std::string_view prefix : {"--pgdata=", "-D"}) {
      if (argument.starts_with(prefix)) return std::string(argument.substr(prefix.size()));
    }
  }
  return "";
}

[[noreturn]] void refuse_call(const std::string& message) {
  throw Error(ErrorKind::kUsage, message, "Try \"walstow-restore --help\" for more information.");
}

WalFileName parse_file(const std::string& text) {
  if (auto name = WalFileName::parse(text)) return *std::move(name);
  refuse_call(fmt::format("invalid name of a WAL file: \"{}\"", text));
}

[[noreturn]] void refuse_data_directory(const std::string& path) {
  refuse_call(fmt::format("\"{}\" is not a data directory", path));
}

// pg_wal, before PostgreSQL 10 pg_xlog.
std::unique_ptr<FileSystem> open_pg_wal(const std::string& data_directory) {
  for (const char* const name : {"pg_wal", "pg_xlog"}) {
    if (auto folder = open_wal_folder(fmt::format("{}/{}", data_directory, name))) return folder;
  }
  refuse_data_directory(data_directory);
}

std::uint64_t required_system(const ServerIdentity& server, const std::string& data_directory) {
  if (server.system_identifier) return *server.system_identifier;
  throw Error(ErrorKind::kInvalid,
              fmt::format("there is no control file in data directory \"{}\"", data_directory),
              "Run the command in the data directory, or name it with --pgdata.");
}

std::string standby_name(const Settings& settings) {
  std::string name = settings.text("standby");
  if (name.empty() || valid_standby_name(name)) return name;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("invalid value \"{}\" for setting \"standby\" ({})", name,
                  settings.origin("standby")),
      "A standby's name has 1 to 255 bytes of printable text in UTF-8, and no space at its ends.");
}

struct Target {
  std::shared_ptr<FileSystem> folder;
  std::string name;
};

Target open_target(const std::string& path) {
  Target target{.folder = open_wal_folder(parent_folder(path)),
                .name = path.substr(path.rfind('/') + 1)};
  if (target.folder != nullptr) return target;
  throw Error(ErrorKind::kInvalid,
              fmt::format("could not restore to \"{}\": there is no such folder", path),
              "PATH (%p) is relative to the data directory. Run the command there.");
}

// A failure to clean up does not fail the call.
void clean(FileSystem& folder, const std::function<void(FileSystem&)>& work) {
  try {
    work(folder);
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, error.what(), error.hint());
  }
}

SpoolOwner store_key(const ClientOptions& options, std::uint64_t system_identifier) {
  return {.store = options.store_text,
          .cluster = options.cluster,
          .system_identifier = system_identifier};
}

// The arguments and settings of a call, and its data directory.
struct RestoreCall {
  std::string path;  // %p as given
  WalFileName file;
  std::string data_directory;
  ServerIdentity server;
  ClientOptions options;
};

RestoreCall understand(const ParsedCommand& parsed, const Settings& settings,
                       CallContext& context) {
  const std::string path = parsed.positional("PATH");
  if (path.empty()) refuse_call("missing arguments: FILE and PATH");
  const std::string pgdata = parsed.option("pgdata");
  const std::string data_directory = find_data_directory(pgdata, path);
  // If there is no data directory to decide by, the guess remains.
  if (is_data_directory(data_directory)) {
    context.mode = recovery_mode(data_directory);
  } else if (!pgdata.empty()) {
    refuse_data_directory(pgdata);
  }
  return {.path = path,
          .file = parse_file(parsed.positional("FILE")),
          .data_directory = data_directory,
          .server = find_server_identity(data_directory, parsed.option("system")),
          .options = client_options(settings)};
}

PrefetchLimits prefetch_limits(const Settings& settings) {
  return {.files = settings.count("prefetch_files"), .bytes = settings.size("prefetch_size")};
}

// When this call ends, a background process becomes a child of process 1. If process 1 is the
// server itself, as in a container, the server takes an unknown child for one of its backends. If
// that child is killed, the server ends all sessions and recovers (CleanupBackend() in PostgreSQL's
// postmaster.c). A process in between could be killed as well.
bool would_become_child_of_server(const std::string& data_directory) {
  const auto postmaster = read_postmaster(data_directory);
  return postmaster && postmaster->process == 1;
}

bool belongs_to(FileSystem& folder, std::uint32_t user) {
  const auto status = folder.status(".");
  return status && status->owner == user;
}

// nullopt: nothing is fetched ahead.
std::optional<Prefetch::Options> prefetch_options(const RestoreCall& call,
                                                  FileSystem& wal_folder_files,
                                                  const Settings& settings,
                                                  std::span<const char* const> arguments) {
  const PrefetchLimits limits = prefetch_limits(settings);
  const auto& size = call.server.segment_size;
  const bool is_segment = call.file.kind() == FileKind::kSegment;
  if (!is_segment || !size || limits.files == 0 || limits.bytes < size->bytes()) {
    return std::nullopt;
  }
  const std::string wal_folder = parent_folder(call.path);
  const std::uint32_t user = ::geteuid();
  if (!belongs_to(wal_folder_files, user)) {
    log_line(LogLevel::kDebug, "not fetching ahead: the folder of %p belongs to another user",
             "The server's own calls would not use files that this user fetches.");
    return std::nullopt;
  }
  if (would_become_child_of_server(call.data_directory)) {
    log_line(LogLevel::kDebug, "not fetching ahead: the server is process 1",
             "Start the container with its own init process (docker run --init).");
    return std::nullopt;
  }
  return Prefetch::Options{
      .wal_folder = wal_folder,
      .system_identifier = call.server.system_identifier.value_or(0),
      .user = user,
      // A prefetcher that hangs must not keep the call from asking the store directly.
      .silence = settings.duration("standby_wait") / 2,
      .start = [arguments, wal_folder] { start_prefetcher(arguments, wal_folder); }};
}

int restore_command(const RestoreCall& call, const Settings& settings,
                    std::span<const char* const> arguments, RecoveryMode mode) {
  ClientOptions options = call.options;
  const Target target = open_target(call.path);
  // Removes leftovers of killed calls, on file systems where a temporary file needs a name.
  clean(*target.folder, [](FileSystem& folder) { folder.remove_dead_temporaries(); });

  RestoreJob job{.mode = mode,
                 .get = {.cluster = options.cluster,
                         .file = call.file,
                         .system_identifier = call.server.system_identifier,
                         .segment_size = call.server.segment_size},
                 .own_timeline = call.server.timeline,
                 .path = call.path,
                 .target = {.folder = *target.folder, .name = target.name}};
  std::optional<Spool> spool;
  std::optional<Prefetch> prefetch;
  job.is_promotion = mode == RecoveryMode::kTool && has_server(call.data_directory);
  if (mode != RecoveryMode::kTool || job.is_promotion) {
    spool.emplace(*target.folder,
                  store_key(options, required_system(call.server, call.data_directory)));
    job.spool = &*spool;
    note_processes_in(options.store, target.folder);
  }
  if (mode != RecoveryMode::kTool) {
    job.abandoned = [server = AskingServer()] { return server.ended(); };
    job.get.instance = spool->instance(standby_name(settings));
    if (job.get.instance) {
      job.get.restartpoint = spool->pending_restartpoint(*job.get.instance);
    }
    if (auto ahead = prefetch_options(call, *target.folder, settings, arguments)) {
      job.prefetch = &prefetch.emplace(*spool, *std::move(ahead));
    }
  }
  const RestoreWaits waits{.standby = settings.duration("standby_wait"),
                           .recovery = settings.duration("recovery_wait"),
                           .tool = settings.duration("tool_wait"),
                           .failure_memory = settings.duration("failure_memory")};
  Client client(options);
  const int code = restore(job, waits, client);
  const auto until = client.certificate_until();
  if (until && spool) {
    warn_of_certificate_end_daily(target.folder.get(), *until, std::chrono::system_clock::now());
  }
  // A tool's folder belongs to somebody else: it gets only the requested file.
  if (mode == RecoveryMode::kTool) clean(*target.folder, remove_empty_spool);
  return code;
}

int prefetch_command(const RestoreCall& call, const Settings& settings) {
  if (call.file.kind() != FileKind::kSegment || !call.server.segment_size) {
    refuse_call(fmt::format("no segment follows file \"{}\"", call.file.text()));
  }
  return run_prefetcher(
      {.options = call.options,
       .key = store_key(call.options, required_system(call.server, call.data_directory)),
       .handed = call.file,
       .segment_size = *call.server.segment_size,
       .wal_folder = parent_folder(call.path),
       .standby = standby_name(settings),
       .limits = prefetch_limits(settings),
       .patience = settings.duration("standby_wait")});
}

int restartpoint_command(const ParsedCommand& parsed, const Settings& settings) {
  const Deadline give_up = Deadline::after(settings.duration("restartpoint_wait"));
  const WalFileName restartpoint = parse_restartpoint(parsed.option("restartpoint"));
  const std::string data_directory = find_data_directory(parsed.option("pgdata"), "");
  const std::uint64_t system = required_system(
      find_server_identity(data_directory, parsed.option("system")), data_directory);
  if (recovery_mode(data_directory) == RecoveryMode::kTool) {
    // A standby that was promoted during a restartpoint: PostgreSQL still runs the command.
    log_line(LogLevel::kDebug, fmt::format("data directory \"{}\" is no longer in recovery, so "
                                           "restartpoint \"{}\" is not reported",
                                           data_directory, restartpoint.text()));
    return exit_code::kDone;
  }
  ClientOptions options = client_options(settings);
  const std::shared_ptr<FileSystem> wal_folder = open_pg_wal(data_directory);
  note_processes_in(options.store, wal_folder);
  Spool spool(*wal_folder, store_key(options, system));
  Client client(options);
  const RestartpointJob job{.cluster = options.cluster,
                            .system_identifier = system,
                            .restartpoint = restartpoint,
                            .standby = standby_name(settings)};
  report_restartpoint(job, spool, client, {.give_up = give_up});
  return exit_code::kDone;
}

}  // namespace

CallContext guess_context(int argc, const char* const* argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  const std::string pgdata = find_pgdata_argument(arguments);
  std::vector<std::string> candidates = {"."};
  if (!pgdata.empty()) candidates.push_back(pgdata);
  if (argc > 1) candidates.push_back(find_data_directory("", arguments.back()));

  CallContext context{.mode = RecoveryMode::kTool};
  for (const std::string& candidate : candidates) {
    const RecoveryMode mode = recovery_mode(candidate);
    const bool stricter = mode == RecoveryMode::kRecovery || context.mode == RecoveryMode::kTool;
    if (stricter) context.mode = mode;
  }
  if (std::ranges::any_of(arguments, is_asked_by_server)) {
    // The caller is a server in recovery. Without its data directory it is unknown how the server
    // interprets a failure. And the call requests a file, whatever its options are.
    if (context.mode == RecoveryMode::kTool &&
        std::ranges::none_of(candidates, is_data_directory)) {
      context.mode = RecoveryMode::kRecovery;
    }
    return context;
  }
  // "--restartpoint-wait" is a setting.
  context.restartpoint = std::ranges::any_of(arguments, [](std::string_view argument) {
    return argument == "--restartpoint" || argument.starts_with("--restartpoint=");
  });
  return context;
}

int run_restore(int argc, const char* const* argv, CallContext& context) {
  const ProgramSpec program = restore_program();
  Settings settings(program.settings);
  ParsedCommand parsed;
  const CommandLineResult result = parse_command_line(program, argc, argv, parsed, settings);
  if (result == CommandLineResult::kShown) return exit_code::kDone;
  if (parsed.verbose) start_log(kRestoreProgram, LogLevel::kDebug);
  complete_hints(reach_of(settings));
  const bool restartpoint = parsed.flag("restartpoint");
  context.restartpoint = restartpoint && parsed.positional("FILE").empty();
  if (restartpoint && !context.restartpoint) {
    refuse_call("option \"--restartpoint\" cannot be combined with FILE");
  }
  if (context.restartpoint) return restartpoint_command(parsed, settings);
  const RestoreCall call = understand(parsed, settings, context);
  if (parsed.flag("prefetch")) return prefetch_command(call, settings);
  return restore_command(call, settings, {argv, static_cast<std::size_t>(argc)}, context.mode);
}

}  // namespace walstow
