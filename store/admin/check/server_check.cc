#include "store/admin/check/server_check.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <functional>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "proto/base/user_name.h"
#include "proto/client/command_settings.h"
#include "proto/link/executables.h"
#include "proto/pgdata/data_directory.h"
#include "proto/pgdata/ready_files.h"
#include "proto/pgdata/server_settings.h"
#include "store/admin/check/command_findings.h"
#include "store/admin/check/restore_trial.h"

namespace walstow {
namespace {

constexpr std::uint64_t kUsualSegmentSize = 16U << 20;  // bytes

// "": in no folder of PATH.
fs::path found_in_path(const std::string& program) {
  const char* const folders = std::getenv("PATH");
  std::istringstream list(folders == nullptr ? "" : folders);
  for (std::string folder; std::getline(list, folder, ':');) {
    const fs::path path = fs::path(folder) / program;
    if (!folder.empty() && access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

ProgramPlace place_of(const std::string& path) {
  boost::system::error_code error;
  const bool has_folder = path.find('/') != std::string::npos;
  const fs::path program = has_folder ? fs::path(path) : found_in_path(path);
  if (program.empty() || access(program.c_str(), X_OK) != 0) return ProgramPlace::kNone;
  const fs::path own = sibling_executable(program.filename().string());
  return fs::equivalent(program, own, error) ? ProgramPlace::kThisOnes : ProgramPlace::kOther;
}

ExaminedArchive archive_in_file(const std::string& path) {
  Settings settings(command_settings());
  if (!load_settings_file(settings, path)) {
    throw Error(ErrorKind::kUsage, fmt::format("there is no file \"{}\"", path));
  }
  return {.store = settings.text("store"), .cluster = settings.text("cluster")};
}

class ServerCheck {
 public:
  ServerCheck(const ServerCheckRequest& request, CheckResult& result)
      : request_(request), result_(result) {}

  void run() {
    const auto wal = open_posix_file_system("pg_wal");
    if (wal == nullptr) {
      throw Error(ErrorKind::kUsage, "the data directory has no pg_wal",
                  "Give the data directory of a server, with --pgdata.");
    }
    wal_ = wal.get();
    part(CheckedPart::kSettings, [&] { examine_settings(); });
    part(CheckedPart::kBacklog, [&] { examine_backlog(); });
    part(CheckedPart::kRestore, [&] { examine_restore(); });
  }

 private:
  // The others are examined nevertheless.
  void part(CheckedPart which, const std::function<void()>& examine) {
    try {
      examine();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kFatal) throw;
      result_.add(Severity::kUnknown, which, error.what(), error.hint());
    } catch (const std::exception& error) {
      result_.add(Severity::kUnknown, which, error.what());
    }
  }

  void examine_settings() {
    settings_ = read_server_settings(request_.deadline);
    add_commands(settings_, recovery_mode("."),
                 {.folder = sibling_executable(""), .find = place_of, .read_file = archive_in_file},
                 request_.archive, result_);
  }

  void examine_backlog() {
    // A standby keeps files that wait from its time as a primary, and archives them never.
    const auto mode = settings_.find("archive_mode");
    const bool archives = mode != settings_.end() && mode->second == "always";
    const bool waits = archives || recovery_mode(".") == RecoveryMode::kTool;
    const Time now = std::chrono::system_clock::now();
    const auto control = read_control_file(".");
    const bool has_size = control && control->segment_size;
    const fs::space_info space = fs::space("pg_wal");
    add_backlog({.backlog = waits ? archive_backlog(*wal_, now) : ArchiveBacklog{},
                 .segment_size = has_size ? control->segment_size->bytes() : kUsualSegmentSize,
                 .free_bytes = space.available,
                 .disk_bytes = space.capacity},
                request_.limits, now, result_);
  }

  // In recovery, the server marks each segment that it has received as archived, although the
  // archive may not have it yet.
  std::optional<WalFileName> segment_to_restore() {
    auto stored = WalFileName::parse(request_.newest_archived);
    if (recovery_mode(".") != RecoveryMode::kTool) return stored;
    const auto archived = newest_archived_segment(*wal_);
    const bool is_stored = archived && (!stored || archived->text() <= stored->text());
    return is_stored ? archived : stored;
  }

  void examine_restore() {
    const auto newest = segment_to_restore();
    if (!newest) {
      result_.add(Severity::kOk, CheckedPart::kRestore,
                  "no restore was tried: no archived segment is known");
      return;
    }
    const auto setting = settings_.find("restore_command");
    std::string command = setting == settings_.end() ? "" : setting->second;
    const auto program = path_in_command(command, "walstow-restore");
    if (!program) command = request_.own_restore_command;
    if (program && !program->starts_with('/') && program->find('/') != std::string::npos) {
      result_.add(
          Severity::kUnknown, CheckedPart::kRestore,
          fmt::format("no restore was tried: restore_command names \"{}\", which is relative "
                      "to the data directory",
                      escaped(*program)),
          "Write its full path in restore_command.");
      return;
    }
    const auto control = read_control_file(".");
    add_restore_trial(
        {.command = command,
         .file = *newest,
         .wal_folder = *wal_,
         .system_identifier = control ? std::optional(control->system_identifier) : std::nullopt,
         .deadline = request_.deadline},
        result_);
  }

  const ServerCheckRequest& request_;
  CheckResult& result_;
  FileSystem* wal_ = nullptr;
  ServerSettings settings_;
};

}  // namespace

Descriptor open_as_its_owner(const std::string& data_directory) {
  const std::string name = escaped(data_directory);
  Descriptor folder(open(data_directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat status {};
  if (!folder || fstat(folder.get(), &status) != 0) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("could not open data directory \"{}\": {}", name, system_message(errno)),
        "Run the check as the server's user, or as root, with its data directory.");
  }
  if (status.st_uid == 0) {
    throw Error(ErrorKind::kUsage, fmt::format("data directory \"{}\" belongs to root", name),
                "PostgreSQL does not run as root. Give the data directory of a server.");
  }
  // As PostgreSQL: src/include/common/file_perm.h, PG_MODE_MASK_GROUP.
  if ((status.st_mode & (S_IWGRP | S_IRWXO)) != 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("data directory \"{}\" is open to other users", name),
                "Run chmod 0700 on it, as PostgreSQL requires it.");
  }
  if (status.st_uid != geteuid()) {
    if (geteuid() != 0) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("data directory \"{}\" belongs to user \"{}\", this is user \"{}\"",
                              name, user_name(status.st_uid), user_name(geteuid())),
                  "Run the check as that user, or as root.");
    }
    become_user(status.st_uid);
  }
  return folder;
}

void check_server(const ServerCheckRequest& request, CheckResult& result) {
  ServerCheck(request, result).run();
}

}  // namespace walstow
