// Files on the host where the commands run: settings, the data directory, the spool, /proc.
#include <array>
#include <fstream>

#include "proto/base/mounted_device.h"
#include "proto/base/process_start.h"
#include "proto/client/client_settings.h"
#include "proto/client/command_settings.h"
#include "proto/pgdata/archived_marks.h"
#include "proto/pgdata/data_directory.h"
#include "proto/pgdata/instance.h"
#include "proto/pgdata/left_processes.h"
#include "proto/pgdata/spool_folder.h"
#include "restorer/prefetch/channel.h"
#include "restorer/spool/prefetch_entries.h"
#include "restorer/spool/spool.h"
#include "store/server/daemon_settings.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/memory_file.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

// --- settings ---

void settings_file(ByteView input) {
  FuzzInput choices(input);
  const bool of_daemon = choices.byte() % 2 == 1;
  const MemoryFile file(as_text(choices.rest()));
  static const std::vector<Setting> commands = command_settings();
  Settings settings(of_daemon ? walstowd_settings() : std::span<const Setting>(commands));
  const auto read =
      unless_error({ErrorKind::kUsage}, [&] { return load_settings_file(settings, file.path()); });
  if (!read) return;
  require(*read, "the file is there");
  if (of_daemon) {
    unless_error({ErrorKind::kUsage}, [&] { return stdio_server_options(settings), true; });
    unless_error({ErrorKind::kUsage}, [&] { return daemon_options(settings), true; });
  } else {
    unless_error({ErrorKind::kUsage}, [&] { return client_options(settings), true; });
  }
}

void setting_value(ByteView input) {
  const std::string_view text = as_text(input);
  const auto duration = parse_duration(text);
  require(!duration || *duration >= Duration::zero(), "no duration is negative");
  parse_size(text);
  parse_decimal(text);
}

// --- the data directory ---

void data_directory(ByteView input) {
  static const TemporaryFolder folder;
  static const bool made = fs::create_directories(folder.path() / "global");
  require(made, "a folder can be made");
  constexpr std::array kFiles = {"postmaster.pid", "recovery.conf", "global/pg_control"};
  FuzzInput choices(input);
  const fs::path path = folder.path() / kFiles.at(choices.byte() % kFiles.size());
  std::ofstream(path.string(), std::ios::binary) << choices.text();
  const std::string directory = folder.path().string();
  recovery_mode(directory);
  read_postmaster(directory);
  has_server(directory);
  unless_error({ErrorKind::kInvalid},
               [&] { return find_server_identity(directory, "").system_identifier; });
  fs::remove(path);
}

void proc_file(ByteView input) {
  FuzzInput choices(input);
  const bool of_process = choices.byte() % 2 == 1;
  const std::string_view text = as_text(choices.rest());
  if (of_process) {
    unless_error({ErrorKind::kStorage}, [&] { return parse_process_start(text); });
  } else {
    parse_mounted_device(text, "/mnt/archive/of the cluster");
  }
}

// --- the spool ---

void spool_record(ByteView input) {
  const auto record = parse_spool_record(as_text(input));
  if (!record) return;
  const auto is_ours = [](const auto& member) { return !member.first.ends_with(":hex"); };
  if (!std::ranges::all_of(*record, is_ours)) return;
  require(parse_spool_record(to_json(*record)) == record, "a record is read as it is written");
}

void prefetch_text(ByteView input) {
  const std::string_view text = as_text(input);
  const auto message = parse_prefetch_message(text);
  require(!message || to_text(*message) == text, "a message has one spelling");
  const auto entry = parse_entry_name(text);
  require(!entry || to_string(*entry) == text, "an entry's name has one spelling");
}

// Any file of the spool, with any content: the commands continue, with it or without.
void spool_file(ByteView input) {
  constexpr std::array kFiles = {
      "instance",        "sequence",     "handed",           "archive",
      "failure",         "restartpoint", "archived/archive", "archived/000000010000000000000007",
      "left_processes/7"};
  FuzzInput choices(input);
  const std::string path = in_spool(kFiles.at(choices.byte() % kFiles.size()));
  ForgetfulDisk disk;
  const auto wal_folder = disk.mount();
  make_folders_durably(*wal_folder, parent_folder(path));
  write_durably(*wal_folder, path, as_text(choices.rest()));

  const auto segment = WalFileName::parse("000000010000000000000007");
  const SpoolOwner owner{.store = "/archive", .cluster = "main", .system_identifier = 7};
  Spool spool(*wal_folder, owner);
  const auto instance = spool.instance("standby1");
  require(instance.has_value(), "there is an instance");
  spool.known_archive();
  spool.failed_lately(Duration(60000));
  spool.pending_restartpoint(*instance);
  spool.note_handed(*instance, *segment);
  require(find_instance(*wal_folder, {})->last_handed == segment, "what was handed is remembered");
  for (const auto kind : {ArchivedMarks::Kind::kAhead, ArchivedMarks::Kind::kRestored}) {
    ArchivedMarks marks(*wal_folder, owner, kind);
    require(!marks.has(*segment, {}), "no mark counts for a file that it is not of");
  }
  const KernelView kernel{
      .boot_id = [] { return std::string("boot"); },
      .process_start = [](std::uint64_t) { return std::optional<std::string>(); },
      .proc_shows_own_numbers = [] { return true; },
      .mounted_device = [](const std::string&) { return std::string("0:1"); }};
  refuse_beside_left_process(*wal_folder, "/archive", kernel);
}

constexpr std::array kFileTargets = {
    FuzzTarget{"settings_file", settings_file},   FuzzTarget{"setting_value", setting_value},
    FuzzTarget{"data_directory", data_directory}, FuzzTarget{"proc_file", proc_file},
    FuzzTarget{"spool_record", spool_record},     FuzzTarget{"prefetch_text", prefetch_text},
    FuzzTarget{"spool_file", spool_file},
};

}  // namespace

std::span<const FuzzTarget> file_targets() {
  return kFileTargets;
}

}  // namespace walstow
