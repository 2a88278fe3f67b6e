// Everything that walstow-restore remembers of a data directory between calls.
//
// None of it is needed to restore a file. So no member throws for it: the first failure (usually a
// full or read-only file system) is logged once, as a warning, and the call continues without the
// spool.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/deadline.h"
#include "proto/files/file_system.h"
#include "proto/pgdata/spool_folder.h"
#include "proto/wal/file_name.h"
#include "proto/wal/timeline_history.h"
#include "proto/wire/command.h"
#include "restorer/file/restore_file.h"
#include "restorer/spool/prefetch_entries.h"

namespace walstow {

// The largest object that is kept, in bytes: an incompressible history file, in its frames.
inline constexpr std::size_t kLargestKeptObject = kLargestHistoryFile + std::size_t{16} * 1024;

class Spool {
 public:
  // `wal_folder` comes from open_wal_folder() and outlives this object.
  Spool(FileSystem& wal_folder, SpoolOwner owner);

  // --- the instance: the data directory's identity for the store ---

  // Creates it if there is none.
  std::optional<Instance> instance(const std::string& standby);
  // Records that PostgreSQL received `segment`; later requests report it with the instance.
  void note_handed(const Instance& instance, const WalFileName& segment);

  // --- the archive that answered ---
  // Another archive may appear at the same address (a wrong mount, a mistyped restore). It knows
  // nothing of this cluster's past, and its answers must not count.

  std::optional<KnownArchive> known_archive();
  // Durable.
  void remember_archive(const std::string& archive);

  // --- timeline history files that were restored before ---
  // They answer when the store cannot be reached. A standby that is promoted during an outage looks
  // for the first timeline without a history file, and must not take one that is in use. Histories
  // of another archive, cluster or system are never mixed in: two standbys may both have created a
  // timeline 2.

  // `object`: the stored object's bytes. Durable.
  void keep_history(const std::string& archive, const WalFileName& file, std::string_view object);
  // Returns the file's content, from the known archive; nullopt: not kept, or damaged. All of the
  // object's checks are made.
  std::optional<std::string> find_history(const WalFileName& file);

  // --- a recent failure to reach the store ---
  // A standby asks for a segment, then for histories, then again. It must not wait for the same
  // silence each time while streaming could continue. For this store and cluster, whatever the
  // system.

  // Returns whether a failure was recorded less than `memory` ago, during this boot.
  bool failed_lately(Duration memory);
  void note_failure();

  // --- segments that were fetched ahead (prefetch_entries.h) ---

  // For the entries of `user`. nullopt: none can count.
  bool make_prefetch_folder(std::uint32_t user);
  std::optional<std::string> entry_tag(std::uint32_t user);
  HandedOver hand_over_entry(const WantedEntry& wanted, const std::string& name,
                             const std::function<bool()>& abandoned);

  // --- a restartpoint that could not be reported, until a later call has reported it ---
  // It belongs to one instance: a copy of its data directory may need more.

  std::optional<WalFileName> pending_restartpoint(const Instance& instance);
  // Replaces an older one. Durable.
  void keep_restartpoint(const Instance& instance, const WalFileName& restartpoint);
  // `told` has reached the store. A newer one, which another process kept meanwhile, is left in
  // place.
  void forget_restartpoint(const Instance& instance, const WalFileName& told);

 private:
  template <class Work>
  auto attempt(Work work) -> decltype(work());
  std::optional<std::string> bound_archive();
  std::string history_path(const std::string& archive, const WalFileName& file) const;
  std::optional<WalFileName> read_restartpoint(const Instance& instance);

  FileSystem& wal_folder_;
  SpoolOwner owner_;
  bool told_ = false;
};

}  // namespace walstow
