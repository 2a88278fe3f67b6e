#include "proto/pgdata/instance.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <fmt/format.h>
#include <unistd.h>

#include "proto/base/boot_id.h"
#include "proto/base/deadline.h"
#include "proto/base/error.h"
#include "proto/pgdata/spool_folder.h"

namespace walstow {
namespace {

constexpr std::string_view kIdFile = "instance";
constexpr std::string_view kSequenceFile = "sequence";
constexpr std::string_view kHandedFile = "handed";
constexpr std::string_view kLockFile = "instance.lock";

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kLongestSequence = 20;  // digits of 2^64
constexpr std::size_t kSegmentLength = 24;    // of a segment's name
constexpr std::size_t kHandedSize = 2 * kIdBytes + 1 + kSegmentLength;

// The lock is held only for a few file operations.
constexpr Duration kLockWait{1000};

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "";
  std::string host(name.data());
  // The characters that the store accepts; a real host name has no others.
  std::erase_if(host, [](char c) { return c <= ' ' || c > '~'; });
  return host.empty() ? "unknown" : host;
}

std::unique_ptr<FileLock> lock(FileSystem& wal_folder) {
  const std::string path = in_spool(kLockFile);
  auto lock = wal_folder.lock(path, Deadline::after(kLockWait).when());
  if (lock == nullptr) {
    throw Error(ErrorKind::kTimeout, fmt::format("could not lock file \"{}\": another process "
                                                 "holds the lock",
                                                 wal_folder.describe(path)));
  }
  return lock;
}

// The file's own content contains where it was made, so it is meaningless anywhere else.
SpoolRecord record_of(const std::string& id, const FileStatus& file) {
  return {{"id", id},
          {"host", host_name()},
          {"device", std::to_string(file.device)},
          {"inode", std::to_string(file.inode)}};
}

bool is_id(std::string_view text) {
  std::array<std::byte, kIdBytes> bytes{};
  return from_hex(text, bytes);
}

std::optional<std::string> find_id(FileSystem& wal_folder) {
  const std::optional<FileStatus> status = wal_folder.status(in_spool(kIdFile));
  if (!status) return std::nullopt;
  const std::optional<SpoolRecord> record = read_record(wal_folder, kIdFile);
  if (!record) return std::nullopt;
  const auto id = record->find("id");
  if (id == record->end() || !is_id(id->second)) return std::nullopt;
  if (*record != record_of(id->second, *status)) return std::nullopt;
  return id->second;
}

std::string make_id(FileSystem& wal_folder) {
  const std::string id = random_hex(kIdBytes);
  const std::unique_ptr<File> file = wal_folder.create_temporary();
  file->write_at(0, as_bytes(to_json(record_of(id, file->status()))));
  file->sync();
  wal_folder.replace_by_temporary(*file, in_spool(kIdFile));
  file->close();
  wal_folder.sync_folder(std::string(kSpoolFolder));
  return id;
}

std::uint64_t microseconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto count = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  return count > 0 ? static_cast<std::uint64_t>(count) : 0;
}

// Written in place and not fsynced, since every call writes it. After a power cut, the clock has
// passed any lost value. (The number of digits does not change before the year 2286.)
std::uint64_t next_sequence(FileSystem& wal_folder) {
  const std::unique_ptr<File> file = wal_folder.open_or_create(in_spool(kSequenceFile));
  std::array<std::byte, kLongestSequence> bytes{};
  const std::size_t size = file->read_at(0, bytes);
  const std::uint64_t last = parse_decimal(as_text(ByteView(bytes).first(size))).value_or(0);
  const std::uint64_t next = std::max(last + 1, microseconds_since_1970());
  file->write_at(0, as_bytes(std::to_string(next)));
  file->close();
  return next;
}

// "ID SEGMENT", always of the same length, and written in place like the sequence: bytes that
// follow it in a damaged file are kept. The id shows whether it came with a copied data directory.
std::optional<WalFileName> last_handed(FileSystem& wal_folder, const std::string& id) {
  const std::unique_ptr<File> file = wal_folder.open_file(in_spool(kHandedFile));
  if (file == nullptr) return std::nullopt;
  std::array<std::byte, kHandedSize> bytes{};
  const std::size_t size = file->read_at(0, bytes);
  const std::string_view text = as_text(ByteView(bytes).first(size));
  if (!text.starts_with(fmt::format("{} ", id))) return std::nullopt;
  auto segment = WalFileName::parse(text.substr(id.size() + 1));
  return segment && segment->kind() == FileKind::kSegment ? segment : std::nullopt;
}

// The kernel writes the id with dashes.
std::string boot() {
  std::string id = boot_id();
  std::erase(id, '-');
  return is_id(id) ? id : "";
}

Instance make_instance(FileSystem& wal_folder, std::string id, const InstanceTraits& traits) {
  auto handed = last_handed(wal_folder, id);
  return {.id = std::move(id),
          .sequence = next_sequence(wal_folder),
          .host = host_name(),
          .standby = traits.standby,
          .role = traits.role,
          .last_handed = std::move(handed),
          .boot = boot()};
}

}  // namespace

std::optional<Instance> find_instance(FileSystem& wal_folder, const InstanceTraits& traits) {
  if (!find_id(wal_folder)) return std::nullopt;  // needs no lock file where there is no spool
  const std::unique_ptr<FileLock> held = lock(wal_folder);
  std::optional<std::string> id = find_id(wal_folder);
  if (!id) return std::nullopt;
  return make_instance(wal_folder, std::move(*id), traits);
}

Instance find_or_make_instance(FileSystem& wal_folder, const InstanceTraits& traits) {
  if (!wal_folder.status(std::string(kSpoolFolder))) {
    make_folders_durably(wal_folder, std::string(kSpoolFolder));
  }
  const std::unique_ptr<FileLock> held = lock(wal_folder);
  std::optional<std::string> id = find_id(wal_folder);
  return make_instance(wal_folder, id ? std::move(*id) : make_id(wal_folder), traits);
}

void note_handed(FileSystem& wal_folder, const std::string& id, const WalFileName& segment) {
  const std::unique_ptr<FileLock> held = lock(wal_folder);
  const std::unique_ptr<File> file = wal_folder.open_or_create(in_spool(kHandedFile));
  file->write_at(0, as_bytes(fmt::format("{} {}", id, segment.text())));
  file->close();
}

}  // namespace walstow
