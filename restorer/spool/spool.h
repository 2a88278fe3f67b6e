// All that walstow-restore remembers of a data directory from one call to the next.
//
// Nothing in it is needed to restore a file. So no member throws for it: the first trouble (a full
// or read-only file system, usually) is told once, as a warning, and the call goes on without.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/deadline.h"
#include "proto/files/file_system.h"
#include "proto/wal/file_name.h"
#include "proto/wire/command.h"
#include "restorer/file/restore_file.h"
#include "restorer/spool/archive_binding.h"
#include "restorer/spool/prefetch_entries.h"

namespace walstow {

class Spool {
 public:
  // `wal_folder` is that of open_wal_folder() and outlives this.
  Spool(FileSystem& wal_folder, StoreKey key);

  // Makes one where there is none.
  std::optional<Instance> instance(const std::string& standby);
  // PostgreSQL got `segment`; told with the instance from now on.
  void note_handed(const Instance& instance, const WalFileName& segment);

  std::optional<KnownArchive> known_archive();
  void remember_archive(const std::string& archive);

  void keep_history(const std::string& archive, const WalFileName& file, std::string_view object);
  // Of the known archive.
  std::optional<std::string> find_history(const WalFileName& file);

  bool failed_lately(Duration memory);
  void note_failure();

  // Of what is fetched ahead for `user`; see prefetch_entries.h. nullopt: none can count.
  bool make_prefetch_folder(std::uint32_t user);
  std::optional<std::string> entry_tag(std::uint32_t user);
  HandedOver hand_over_entry(const WantedEntry& wanted, const std::string& name,
                             const std::function<bool()>& abandoned);

  std::optional<WalFileName> pending_restartpoint(const Instance& instance);
  void keep_restartpoint(const Instance& instance, const WalFileName& restartpoint);
  void forget_restartpoint(const Instance& instance, const WalFileName& told);

 private:
  template <class Work>
  auto attempt(Work work) -> decltype(work());

  FileSystem& wal_folder_;
  StoreKey key_;
  bool told_ = false;
};

}  // namespace walstow
