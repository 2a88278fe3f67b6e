// Segments that were fetched ahead, in a folder of the spool. An entry gets its name only when it
// is complete. The name describes the entry, so one rename delivers it to PostgreSQL.
//
//   pgsql_tmp_walstow/prefetch/SEGMENT.DIGEST.TAG
//
// DIGEST is the XXH3-128 that was checked when the segment was fetched. It is checked again when
// the segment is delivered. TAG identifies the owner. An entry of another store, cluster, archive,
// system or boot has another tag, and is never read. The same applies to an entry in a copied data
// directory. The content of an entry is durable, so PostgreSQL's fsync has nothing to write. The
// entry's name is not durable, and no entry counts after a power cut.
//
// Processes: any. An existing entry is never written to. Errors: Error{kStorage}.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/codec/digest.h"
#include "proto/files/file_system.h"
#include "proto/pgdata/spool_folder.h"
#include "proto/wal/file_name.h"

namespace walstow {

// The owner of entries.
struct PrefetchOwner {
  SpoolOwner key;
  std::string archive;
  std::string boot;        // boot_id()
  std::uint32_t user = 0;  // geteuid(); entries of other users are not read
};

// Creates the entries' folder if there is none. Also throws Error{kStorage} if this folder or the
// spool folder belongs to another user, or if another user can write to it.
void make_prefetch_folder(FileSystem& wal_folder, std::uint32_t user);

// Opens the entries' folder as a separate file system: the spool may be on another file system than
// %p, and a temporary file must be created where it will be linked. Returns nullptr if the folder
// is absent.
std::unique_ptr<FileSystem> open_prefetch_folder(const std::string& wal_folder);

// Returns the tag of the entries of `owner`, 32 hex digits. Returns nullopt if no entry can be
// trusted, because there is no safe folder, or because the boot is unknown.
std::optional<std::string> entry_tag(FileSystem& wal_folder, const PrefetchOwner& owner);

struct EntryName {
  WalFileName segment;  // kSegment
  Digest digest;
  std::string tag;
};
std::string to_string(const EntryName& name);
std::optional<EntryName> parse_entry_name(std::string_view text);

// Returns the entries with the tag, in order. Removes all other files in the folder, such as files
// from a process that was killed, from another boot, or from another archive. Only the prefetcher
// may call it.
std::vector<EntryName> clean_entries(FileSystem& prefetch_folder, std::string_view tag);

// The properties that an entry must have to be delivered.
struct WantedEntry {
  WalFileName segment;
  std::uint64_t system_identifier = 0;
  std::string tag;
  std::uint32_t user = 0;
};

enum class HandedOver {
  kNone,      // there is no such entry
  kRestored,  // the file is at `name`, complete and checked
  kDamaged,   // the entry failed a check, and was removed
};

// Delivers an entry to PostgreSQL as `name` in the wal folder. Calls `abandoned` (may be empty)
// before it places the entry. If `abandoned` returns true, it does not touch the entry, and returns
// kNone.
HandedOver hand_over_entry(FileSystem& wal_folder, const WantedEntry& wanted,
                           const std::string& name, const std::function<bool()>& abandoned);

}  // namespace walstow
