#include "restorer/spool/spool.h"

#include <fmt/format.h>
#include <utility>

#include "proto/base/boot_id.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/pgdata/instance.h"
#include "proto/pgdata/spool_folder.h"
#include "restorer/spool/failure_memory.h"
#include "restorer/spool/kept_histories.h"
#include "restorer/spool/pending_restartpoint.h"

namespace walstow {

// The result of `work`; where it fails, an empty one.
template <class Work>
auto Spool::attempt(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const Error& error) {
    if (!std::exchange(told_, true)) {
      log_line(LogLevel::kWarning, fmt::format("going on without spool: {}", error.what()),
               error.hint());
    }
    return decltype(work())();
  }
}

Spool::Spool(FileSystem& wal_folder, StoreKey key)
    : wal_folder_(wal_folder), key_(std::move(key)) {}

std::optional<Instance> Spool::instance(const std::string& standby) {
  return attempt([&]() -> std::optional<Instance> {
    return find_or_make_instance(wal_folder_,
                                 {.role = Instance::Role::kStandby, .standby = standby});
  });
}

void Spool::note_handed(const Instance& instance, const WalFileName& segment) {
  attempt([&] { walstow::note_handed(wal_folder_, instance.id, segment); });
}

std::optional<KnownArchive> Spool::known_archive() {
  return attempt([&]() -> std::optional<KnownArchive> {
    const std::optional<std::string> archive = bound_archive(wal_folder_, key_);
    if (!archive) return std::nullopt;
    return KnownArchive{.id = *archive, .remembered_in = describe_binding(wal_folder_)};
  });
}

void Spool::remember_archive(const std::string& archive) {
  attempt([&] {
    if (!valid_archive_id(archive) || bound_archive(wal_folder_, key_) == archive) return;
    bind_archive(wal_folder_, key_, archive);
  });
}

void Spool::keep_history(const std::string& archive, const WalFileName& file,
                         std::string_view object) {
  attempt([&] {
    if (!valid_archive_id(archive)) return;
    const HistoryOwner owner{archive, key_.cluster, key_.system_identifier};
    walstow::keep_history(wal_folder_, owner, file, object);
  });
}

std::optional<std::string> Spool::find_history(const WalFileName& file) {
  const std::optional<KnownArchive> archive = known_archive();
  if (!archive) return std::nullopt;
  return attempt([&] {
    const HistoryOwner owner{archive->id, key_.cluster, key_.system_identifier};
    return find_kept_history(wal_folder_, owner, file);
  });
}

bool Spool::failed_lately(Duration memory) {
  return attempt([&] {
    return walstow::failed_lately(wal_folder_, {key_.store, key_.cluster}, memory);
  });
}

void Spool::note_failure() {
  attempt([&] { walstow::note_failure(wal_folder_, {key_.store, key_.cluster}); });
}

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
        wal_folder_, {.key = key_, .archive = archive->id, .boot = boot_id(), .user = user});
  });
}

HandedOver Spool::hand_over_entry(const WantedEntry& wanted, const std::string& name,
                                  const std::function<bool()>& abandoned) {
  return attempt([&] { return walstow::hand_over_entry(wal_folder_, wanted, name, abandoned); });
}

std::optional<WalFileName> Spool::pending_restartpoint(const Instance& instance) {
  return attempt([&] { return walstow::pending_restartpoint(wal_folder_, instance.id); });
}

void Spool::keep_restartpoint(const Instance& instance, const WalFileName& restartpoint) {
  attempt([&] { walstow::keep_restartpoint(wal_folder_, instance.id, restartpoint); });
}

void Spool::forget_restartpoint(const Instance& instance, const WalFileName& told) {
  attempt([&] { walstow::forget_restartpoint(wal_folder_, instance.id, told); });
}

}  // namespace walstow
