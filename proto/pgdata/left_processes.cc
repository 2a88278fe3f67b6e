#include "proto/pgdata/left_processes.h"

#include <chrono>
#include <fmt/format.h>
#include <optional>

#include "proto/base/boot_id.h"
#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/process_start.h"
#include "proto/base/utc_time.h"
#include "proto/pgdata/spool_folder.h"

namespace walstow {
namespace {

constexpr std::string_view kFolder = "left_processes";

constexpr const char* kHint =
    "It is a walstowd that was killed and waits in the kernel; ps may call it defunct. Bring the "
    "file system back (of NFS: its server, and the network there), or have the kernel give it up "
    "(\"umount -f\"). The process ends then, and archiving and restoring go on by themselves. "
    "Until then no other one is started.";

struct Left {
  std::uint64_t process = 0;
  std::string archive;
  std::string since;  // to_iso8601()
};

std::string name_of(std::string_view process) {
  return fmt::format("{}/{}", kFolder, process);
}

// nullopt: it is gone, or this is no record of one.
std::optional<Left> read_left(FileSystem& wal_folder, const std::string& name) {
  const auto process = parse_decimal(name);
  const auto record = read_record(wal_folder, name_of(name));
  if (!process || !record) return std::nullopt;
  const std::string boot = boot_id();
  if (boot.empty() || value_of(*record, "boot") != boot) return std::nullopt;
  if (process_start(*process) != value_of(*record, "start")) return std::nullopt;
  return Left{.process = *process,
              .archive = value_of(*record, "archive"),
              .since = value_of(*record, "since")};
}

// Trouble with one record is none of the others'.
std::optional<Left> read_or_remove(FileSystem& wal_folder, const std::string& name) {
  try {
    auto left = read_left(wal_folder, name);
    if (!left) wal_folder.remove(in_spool(name_of(name)));
    return left;
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return std::nullopt;
  }
}

// Of `archive`, the one that was left first. The folder goes with the last record.
std::optional<Left> first_left(FileSystem& wal_folder, const std::string& archive) {
  const std::string folder = in_spool(kFolder);
  const auto names = wal_folder.list(folder);
  if (!names) return std::nullopt;
  std::optional<Left> first;
  std::size_t count = 0;
  for (const std::string& name : *names) {
    const auto left = read_or_remove(wal_folder, name);
    if (!left) continue;
    ++count;
    if (left->archive == archive && (!first || left->since < first->since)) first = left;
  }
  if (count == 0) wal_folder.remove(folder);
  return first;
}

}  // namespace

void note_left_process(FileSystem& wal_folder, std::uint64_t process,
                       const std::string& archive) noexcept {
  try {
    const auto start = process_start(process);
    const std::string boot = boot_id();
    if (!start || boot.empty()) return;
    write_passing_record(wal_folder, name_of(std::to_string(process)),
                         {{"archive", archive},
                          {"boot", boot},
                          {"start", *start},
                          {"since", to_iso8601(std::chrono::system_clock::now())}});
  } catch (const std::exception& error) {
    log_line(
        LogLevel::kWarning,
        fmt::format("could not note that process {} was left behind: {}", process, error.what()),
        "It waits for the archive's file system. The next call will leave another one.");
  }
}

void refuse_beside_left_process(FileSystem& wal_folder, const std::string& archive) {
  std::optional<Left> left;
  try {
    left = first_left(wal_folder, archive);
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, error.what(), error.hint());
  }
  if (!left) return;
  throw Error(ErrorKind::kUnavailable,
              fmt::format("could not ask archive \"{}\": its file system does not answer, and "
                          "process {}, given up at {}, cannot be ended before it does",
                          archive, left->process, left->since),
              kHint);
}

}  // namespace walstow
