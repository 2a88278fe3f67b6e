#include "restorer/spool/spool.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <fmt/format.h>
#include <utility>

#include "proto/base/boot_id.h"
#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/codec/object.h"
#include "proto/pgdata/instance.h"

namespace walstow {
namespace {

constexpr std::string_view kArchiveRecord = "archive";
constexpr std::size_t kLongestArchiveId = 64;
constexpr std::string_view kFailureRecord = "failure";
constexpr std::string_view kRestartpointRecord = "restartpoint";
constexpr std::string_view kRestartpointLock = "restartpoint.lock";
constexpr const char* kInstance = "instance";
constexpr const char* kSegment = "segment";

SpoolRecord archive_record(const SpoolOwner& owner, const std::string& archive) {
  return {{"store", owner.store},
          {"cluster", owner.cluster},
          {"system", std::to_string(owner.system_identifier)},
          {"archive", archive}};
}

SpoolRecord failure_record(const SpoolOwner& owner, const std::string& boot,
                           const std::string& when) {
  return {{"store", owner.store}, {"cluster", owner.cluster}, {"boot", boot}, {"ms", when}};
}

// Archive ids come from outside and become part of a path.
bool valid_archive_id(std::string_view id) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
  };
  return !id.empty() && id.size() <= kLongestArchiveId && std::ranges::all_of(id, allowed);
}

// It keeps running when the wall clock is set back, and is the same for all processes until the
// next boot.
Duration since_boot() {
  return std::chrono::duration_cast<Duration>(Clock::now().time_since_epoch());
}

// Returns the content of a history file's object at `path`. Throws Error{kDamaged}.
std::string unpack_history(const std::string& path, std::string_view object,
                           const WalFileName& file, std::uint64_t system_identifier) {
  std::string content;
  ObjectDecoder decoder([&content](ByteView bytes) { content += as_text(bytes); },
                        ObjectDecoder::Checks::kAll, kLargestHistoryFile);
  try {
    decoder.write(as_bytes(object));
    decoder.finish();
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("file \"{}\": {}", path, error.what()), error.hint());
  }
  const ObjectHeader& header = *decoder.header();
  if (header.name != file.text() || header.system_identifier != system_identifier) {
    throw Error(ErrorKind::kDamaged,
                fmt::format("file \"{}\" contains \"{}\" of system identifier {}", path,
                            header.name, header.system_identifier));
  }
  return content;
}

// The startup process's restore and the checkpointer's report may run at the same time.
std::unique_ptr<FileLock> lock_restartpoint(FileSystem& wal_folder) {
  constexpr Duration kLockWait{500};
  return wal_folder.lock(in_spool(kRestartpointLock), Deadline::after(kLockWait).when());
}

}  // namespace

// Returns the result of `work`, or an empty one if it fails.
template <class Work>
auto Spool::attempt(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const Error& error) {
    if (!std::exchange(told_, true)) {
      log_line(LogLevel::kWarning, fmt::format("continuing without spool: {}", error.what()),
               error.hint());
    }
    return decltype(work())();
  }
}

Spool::Spool(FileSystem& wal_folder, SpoolOwner owner)
    : wal_folder_(wal_folder),
      owner_(std::move(owner)),
      restored_(wal_folder, owner_, ArchivedMarks::Kind::kRestored) {}

// --- the instance ---

std::optional<Instance> Spool::instance(const std::string& standby) {
  return attempt([&]() -> std::optional<Instance> {
    return find_or_make_instance(wal_folder_,
                                 {.role = Instance::Role::kStandby, .standby = standby});
  });
}

void Spool::note_handed(const Instance& instance, const WalFileName& segment) {
  attempt([&] { walstow::note_handed(wal_folder_, instance.id, segment); });
}

// --- the archive that answered ---

std::optional<std::string> Spool::bound_archive() {
  const std::optional<SpoolRecord> record = read_record(wal_folder_, kArchiveRecord);
  if (!record) return std::nullopt;
  const auto archive = record->find("archive");
  if (archive == record->end() || !valid_archive_id(archive->second)) return std::nullopt;
  if (*record != archive_record(owner_, archive->second)) return std::nullopt;
  return archive->second;
}

std::optional<KnownArchive> Spool::known_archive() {
  return attempt([&]() -> std::optional<KnownArchive> {
    const std::optional<std::string> archive = bound_archive();
    if (!archive) return std::nullopt;
    return KnownArchive{.id = *archive,
                        .remembered_in = wal_folder_.describe(in_spool(kArchiveRecord))};
  });
}

void Spool::remember_archive(const std::string& archive) {
  attempt([&] {
    if (!valid_archive_id(archive) || bound_archive() == archive) return;
    write_record(wal_folder_, kArchiveRecord, archive_record(owner_, archive));
  });
}

void Spool::note_restored(const WalFileName& segment, const std::string& path) {
  if (!restored_.in_use()) return;
  const std::optional<KnownArchive> archive = known_archive();
  if (!archive) return;
  restored_.answered_by(archive->id);
  restored_.add_restored(segment, path, archive->id);
}

// --- timeline history files ---

std::string Spool::history_path(const std::string& archive, const WalFileName& file) const {
  return in_spool(fmt::format("history/{}-{}-{}/{}.zst", archive, owner_.cluster,
                              owner_.system_identifier, file.text()));
}

void Spool::keep_history(const std::string& archive, const WalFileName& file,
                         std::string_view object) {
  attempt([&] {
    if (!valid_archive_id(archive)) return;
    const std::string path = history_path(archive, file);
    // Also writes when the file exists already: it may be damaged, or its writer may have been
    // killed before it was durable. History files are rarely restored.
    make_folders_durably(wal_folder_, parent_folder(path));
    write_durably(wal_folder_, path, object);
  });
}

std::optional<std::string> Spool::find_history(const WalFileName& file) {
  const std::optional<KnownArchive> archive = known_archive();
  if (!archive) return std::nullopt;
  return attempt([&]() -> std::optional<std::string> {
    const std::string path = history_path(archive->id, file);
    const auto object = read_small_file(wal_folder_, path, kLargestKeptObject);
    if (!object) return std::nullopt;
    return unpack_history(wal_folder_.describe(path), *object, file, owner_.system_identifier);
  });
}

// --- a recent failure to reach the store ---

bool Spool::failed_lately(Duration memory) {
  return attempt([&] {
    const std::optional<SpoolRecord> record = read_record(wal_folder_, kFailureRecord);
    if (!record) return false;
    const auto when = record->find("ms");
    const std::string boot = boot_id();
    if (when == record->end() || boot.empty()) return false;
    if (*record != failure_record(owner_, boot, when->second)) return false;
    const auto milliseconds = parse_decimal(when->second);
    if (!milliseconds) return false;
    const auto now = static_cast<std::uint64_t>(since_boot().count());
    return *milliseconds <= now && now - *milliseconds < static_cast<std::uint64_t>(memory.count());
  });
}

void Spool::note_failure() {
  attempt([&] {
    write_record(wal_folder_, kFailureRecord,
                 failure_record(owner_, boot_id(), std::to_string(since_boot().count())));
  });
}

// --- segments that were fetched ahead ---

bool Spool::make_prefetch_folder(std::uint32_t user) {
  return attempt([&] {
    walstow::make_prefetch_folder(wal_folder_, user);
    return true;
  });
}

std::optional<std::string> Spool::entry_tag(std::uint32_t user) {
  const std::optional<KnownArchive> archive = known_archive();
  if (!archive) return std::nullopt;
  return attempt([&] {
    return walstow::entry_tag(
        wal_folder_, {.key = owner_, .archive = archive->id, .boot = boot_id(), .user = user});
  });
}

HandedOver Spool::hand_over_entry(const WantedEntry& wanted, const std::string& name,
                                  const std::function<bool()>& abandoned) {
  return attempt([&] { return walstow::hand_over_entry(wal_folder_, wanted, name, abandoned); });
}

// --- a restartpoint that could not be reported ---

std::optional<WalFileName> Spool::read_restartpoint(const Instance& instance) {
  const std::optional<SpoolRecord> record = read_record(wal_folder_, kRestartpointRecord);
  if (!record) return std::nullopt;
  const auto of_instance = record->find(kInstance);
  const auto segment = record->find(kSegment);
  if (of_instance == record->end() || of_instance->second != instance.id) return std::nullopt;
  if (segment == record->end()) return std::nullopt;
  std::optional<WalFileName> name = WalFileName::parse(segment->second);
  if (!name || name->kind() != FileKind::kSegment) return std::nullopt;
  return name;
}

std::optional<WalFileName> Spool::pending_restartpoint(const Instance& instance) {
  return attempt([&] { return read_restartpoint(instance); });
}

void Spool::keep_restartpoint(const Instance& instance, const WalFileName& restartpoint) {
  attempt([&] {
    make_folders_durably(wal_folder_, std::string(kSpoolFolder));
    const std::unique_ptr<FileLock> held = lock_restartpoint(wal_folder_);
    write_record(wal_folder_, kRestartpointRecord,
                 {{kInstance, instance.id}, {kSegment, restartpoint.text()}});
  });
}

void Spool::forget_restartpoint(const Instance& instance, const WalFileName& told) {
  attempt([&] {
    if (!wal_folder_.status(in_spool(kRestartpointRecord))) return;
    const std::unique_ptr<FileLock> held = lock_restartpoint(wal_folder_);
    // Without the lock, it is kept and reported once more.
    if (held == nullptr || read_restartpoint(instance) != told) return;
    wal_folder_.remove(in_spool(kRestartpointRecord));
  });
}

}  // namespace walstow
