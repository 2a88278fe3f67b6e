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
#include "proto/pgdata/spool_folder.h"
#include "proto/wal/file_name.h"
#include "proto/wal/timeline_history.h"
#include "proto/wire/command.h"
#include "restorer/file/restore_file.h"
#include "restorer/spool/prefetch_entries.h"

namespace walstow {

// Bytes of the largest object that is kept: a history file that does not compress, in its frames.
inline constexpr std::size_t kLargestKeptObject = kLargestHistoryFile + std::size_t{16} * 1024;

class Spool {
 public:
  // `wal_folder` is that of open_wal_folder() and outlives this.
  Spool(FileSystem& wal_folder, SpoolOwner owner);

  // --- the instance: who this data directory is for the store ---

  // Makes one where there is none.
  std::optional<Instance> instance(const std::string& standby);
  // PostgreSQL got `segment`; told with the instance from now on.
  void note_handed(const Instance& instance, const WalFileName& segment);

  // --- the archive that answered ---
  // Another one that turns up at the same address (a wrong mount, a mistyped restore) knows nothing
  // of this cluster's past, and what it says must not count.

  std::optional<KnownArchive> known_archive();
  // Durable.
  void remember_archive(const std::string& archive);

  // --- timeline history files that were ever restored ---
  // They answer when the store cannot be asked: a standby that is promoted in an outage looks for
  // the first timeline without a history file, and must not take one that is in use. Those of
  // another archive, cluster or system are never mixed in: two standbys may both have made a
  // timeline 2.

  // `object` is the stored object's bytes. Durable.
  void keep_history(const std::string& archive, const WalFileName& file, std::string_view object);
  // The file's content, of the known archive; nullopt: not kept, or damaged. Everything that an
  // object can be checked by is checked.
  std::optional<std::string> find_history(const WalFileName& file);

  // --- that the store could not be reached a moment ago ---
  // A standby asks for a segment, then for histories, then again, and must not wait for the same
  // silence each time while streaming could go on. Of this store and cluster, whatever the system.

  // Whether a failure was noted less than `memory` ago, since the machine was started.
  bool failed_lately(Duration memory);
  void note_failure();

  // --- segments that were fetched ahead (prefetch_entries.h) ---

  // Of those for `user`. nullopt: none can count.
  bool make_prefetch_folder(std::uint32_t user);
  std::optional<std::string> entry_tag(std::uint32_t user);
  HandedOver hand_over_entry(const WantedEntry& wanted, const std::string& name,
                             const std::function<bool()>& abandoned);

  // --- a restartpoint that could not be reported, until a later call has told it ---
  // It is that of one instance: a copy of its data directory may need more.

  std::optional<WalFileName> pending_restartpoint(const Instance& instance);
  // Replaces an older one. Durable.
  void keep_restartpoint(const Instance& instance, const WalFileName& restartpoint);
  // `told` has reached the store. A newer one, kept meanwhile by another process, stays.
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
