// Everything that walstow-restore remembers about a data directory between calls.
//
// None of it is needed to restore a file. So no member function throws if the spool fails: the
// first failure (usually a full or read-only file system) is logged once, as a warning, and the
// call continues without the spool.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/deadline.h"
#include "proto/files/file_system.h"
#include "proto/pgdata/archived_marks.h"
#include "proto/pgdata/spool_folder.h"
#include "proto/wal/file_name.h"
#include "proto/wal/timeline_history.h"
#include "proto/wire/command.h"
#include "restorer/file/restore_file.h"
#include "restorer/spool/prefetch_entries.h"

namespace walstow {

// The size of the largest object that is kept, in bytes: an incompressible history file with its
// frames.
inline constexpr std::size_t kLargestKeptObject = kLargestHistoryFile + std::size_t{16} * 1024;

class Spool {
 public:
  // `wal_folder` comes from open_wal_folder(), and must outlive this object.
  Spool(FileSystem& wal_folder, SpoolOwner owner);

  // --- the instance: the identity of the data directory ---

  // Creates the instance if there is none.
  std::optional<Instance> instance(const std::string& standby);
  // Records that PostgreSQL received `segment`; later requests report it with the instance.
  void note_handed(const Instance& instance, const WalFileName& segment);

  // --- the archive that answered ---
  // Another archive may appear at the same address (a wrong mount, a mistyped restore). That
  // archive knows nothing of this cluster's past, and its answers must not count.

  std::optional<KnownArchive> known_archive();
  // The record is durable on return.
  void remember_archive(const std::string& archive);

  // --- segments that walstow-archive need not ask about (proto/pgdata/archived_marks.h) ---

  // Records that the file `path` is the segment `segment` from the known archive. Does nothing on a
  // server whose archive_mode is not "always".
  void note_restored(const WalFileName& segment, const std::string& path);

  // --- timeline history files that were restored before ---
  // They are used if the store cannot be reached. A standby that is promoted during an outage looks
  // for the first timeline without a history file, and must not take a timeline that is in use.
  // Histories of another archive, cluster or system are never used: two standbys may both have
  // created a timeline 2.

  // `object` contains the bytes of the stored object. The copy is durable on return.
  void keep_history(const std::string& archive, const WalFileName& file, std::string_view object);
  // Returns the content of the file, from the known archive. Returns nullopt if there is no copy,
  // or it is damaged. Checks the object completely.
  std::optional<std::string> find_history(const WalFileName& file);

  // --- a recent failure to reach the store ---
  // A standby asks for a segment, then for histories, then again. It must not wait each time for
  // the same unresponsive store while streaming could continue. The recorded failure counts for all
  // requests to this store and cluster, whatever their system identifier.

  // Returns whether a failure was recorded less than `memory` ago, during this boot.
  bool failed_lately(Duration memory);
  void note_failure();

  // --- segments that were fetched ahead (prefetch_entries.h) ---

  // These functions are about the entries of `user`. entry_tag() returns nullopt if no entry can be
  // trusted.
  bool make_prefetch_folder(std::uint32_t user);
  std::optional<std::string> entry_tag(std::uint32_t user);
  HandedOver hand_over_entry(const WantedEntry& wanted, const std::string& name,
                             const std::function<bool()>& abandoned);

  // --- a restartpoint that could not be reported ---
  // It is kept until a later call has reported it. It belongs to one instance: a copy of the data
  // directory may need more WAL.

  std::optional<WalFileName> pending_restartpoint(const Instance& instance);
  // Replaces the record of an older restartpoint. The record is durable on return.
  void keep_restartpoint(const Instance& instance, const WalFileName& restartpoint);
  // Call it when the restartpoint `told` has reached the store. It does not remove a newer
  // restartpoint, which another process has kept meanwhile.
  void forget_restartpoint(const Instance& instance, const WalFileName& told);

 private:
  template <class Work>
  auto attempt(Work work) -> decltype(work());
  std::optional<std::string> bound_archive();
  std::string history_path(const std::string& archive, const WalFileName& file) const;
  std::optional<WalFileName> read_restartpoint(const Instance& instance);

  FileSystem& wal_folder_;
  SpoolOwner owner_;
  ArchivedMarks restored_;
  bool told_ = false;
};

}  // namespace walstow
