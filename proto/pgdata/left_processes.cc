#include "proto/pgdata/left_processes.h"

#include <chrono>
#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "proto/base/utc_time.h"
#include "proto/pgdata/spool_folder.h"

namespace walstow {
namespace {

constexpr std::string_view kFolder = "left_processes";

std::string name_of(std::string_view process) {
  return fmt::format("{}/{}", kFolder, process);
}

std::string hint_of(const std::string& record_file) {
  return fmt::format(
      "The process is a walstowd that was killed but cannot end; ps may show it as defunct. Make "
      "the file system answer again (for NFS: check the server and the network), or run \"umount "
      "-f\" (NFS only). The process then ends, and archiving and restoring continue automatically. "
      "No other walstowd is started until then. If this cannot be fixed soon, set \"store\" to "
      "another archive. If the archive answers although the process is still there, remove the "
      "file \"{}\".",
      record_file);
}

struct Left {
  std::uint64_t process = 0;
  std::string archive;
  std::string since;  // to_iso8601()
};

// Returns whether the process of `record` has ended. When that is unknown, it counts as alive.
bool has_ended(const KernelView& kernel, std::uint64_t process, const SpoolRecord& record) {
  const std::string boot = kernel.boot_id();
  if (boot.empty()) return false;
  const auto its_boot = record.find("boot");
  if (its_boot != record.end() && its_boot->second != boot) return true;
  try {
    const auto start = kernel.process_start(process);
    const auto its_start = record.find("start");
    return !start || (its_start != record.end() && its_start->second != *start);
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return false;
  }
}

// Returns whether another file system is mounted now where the process found the one that hangs.
bool is_elsewhere(const KernelView& kernel, const SpoolRecord& record) {
  const std::string device = value_of(record, "device");
  if (device.empty()) return false;
  const std::string now = kernel.mounted_device(normalized(value_of(record, "archive")));
  return !now.empty() && now != device;
}

// nullopt: it no longer counts, or is not a record of a process.
std::optional<Left> read_left(FileSystem& wal_folder, const std::string& name,
                              const KernelView& kernel) {
  const auto process = parse_decimal(name);
  const auto record = read_record(wal_folder, name_of(name));
  if (!process || !record) return std::nullopt;
  if (has_ended(kernel, *process, *record) || is_elsewhere(kernel, *record)) return std::nullopt;
  Left left{.process = *process, .archive = {}, .since = value_of(*record, "since")};
  // Without both, the record belongs to a later release and is not understood: it is kept, and
  // blocks nothing.
  if (record->contains("boot") && record->contains("start")) {
    left.archive = normalized(value_of(*record, "archive"));
  }
  return left;
}

// A failure with one record does not affect the others.
std::optional<Left> read_or_remove(FileSystem& wal_folder, const std::string& name,
                                   const KernelView& kernel) {
  try {
    auto left = read_left(wal_folder, name, kernel);
    if (!left) wal_folder.remove(in_spool(name_of(name)));
    return left;
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return std::nullopt;
  }
}

// Returns the process that was left first for `archive`, which is normalized(). The folder is
// removed with its last record.
std::optional<Left> first_left(FileSystem& wal_folder, const std::string& archive,
                               const KernelView& kernel) {
  const std::string folder = in_spool(kFolder);
  const auto names = wal_folder.list(folder);
  if (!names) return std::nullopt;
  std::optional<Left> first;
  std::size_t count = 0;
  for (const std::string& name : *names) {
    const auto left = read_or_remove(wal_folder, name, kernel);
    if (!left) continue;
    ++count;
    if (left->archive == archive && (!first || left->since < first->since)) first = left;
  }
  if (count == 0) wal_folder.remove(folder);
  return first;
}

// Absolute: the reader of the hint is in another folder.
std::string record_file(const FileSystem& wal_folder, const Left& left) {
  const std::string path = in_spool(name_of(std::to_string(left.process)));
  return normalized(absolute_path(wal_folder.describe(path)));
}

void write_left(FileSystem& wal_folder, const LeftProcess& left, const KernelView& kernel) {
  if (!kernel.proc_shows_own_numbers()) {
    throw Error(ErrorKind::kStorage, "/proc belongs to another PID namespace");
  }
  const std::string boot = kernel.boot_id();
  if (boot.empty()) throw Error(ErrorKind::kStorage, "the kernel does not report its boot id");
  const auto start = kernel.process_start(left.process);
  if (!start) return;
  write_passing_record(wal_folder, name_of(std::to_string(left.process)),
                       {{"archive", normalized(left.archive)},
                        {"boot", boot},
                        {"device", left.device},
                        {"start", *start},
                        {"since", to_iso8601(std::chrono::system_clock::now())}});
}

}  // namespace

std::string device_of_archive(const std::string& archive) {
  return mounted_device(normalized(archive));
}

void note_left_process(FileSystem& wal_folder, const LeftProcess& left,
                       const KernelView& kernel) noexcept {
  try {
    write_left(wal_folder, left, kernel);
  } catch (const std::exception& error) {
    log_line(LogLevel::kWarning,
             fmt::format("could not record that process {} was left behind: {}", left.process,
                         error.what()),
             "The process waits for the archive's file system. The next call will leave another "
             "process behind.");
  }
}

void refuse_beside_left_process(FileSystem& wal_folder, const std::string& archive,
                                const KernelView& kernel) {
  std::optional<Left> left;
  try {
    left = first_left(wal_folder, normalized(archive), kernel);
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, error.what(), error.hint());
  }
  if (!left) return;
  throw Error(
      ErrorKind::kUnavailable,
      fmt::format("archive \"{}\" was not asked: process {}, left behind at {}, still waits "
                  "for its file system",
                  archive, left->process, left->since),
      hint_of(record_file(wal_folder, *left)));
}

}  // namespace walstow
