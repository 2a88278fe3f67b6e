// Segments that were fetched ahead, in a folder of the spool: each one whole, under a name that
// says what it is and that it gets once it is whole, so that one rename hands it to PostgreSQL.
//
//   pgsql_tmp_walstow/prefetch/SEGMENT.DIGEST.TAG
//
// DIGEST is the XXH3-128 that was checked when it was fetched, and is checked again when it is
// handed over. TAG says whose it is: an entry of another store, cluster, archive, system or boot,
// or one that came along with a copied data directory, has another and is never looked at. The
// content is durable, so that PostgreSQL's fsync has nothing to write; the name is not, and after a
// power cut nothing here counts.
//
// Processes: any. A file that stands here is never written to. Errors: Error{kStorage}.
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

// To whom entries belong.
struct PrefetchOwner {
  SpoolOwner key;
  std::string archive;
  std::string boot;        // boot_id()
  std::uint32_t user = 0;  // geteuid(): what another user made is not looked at
};

// Makes the entries' folder where there is none. Throws Error{kStorage} also where it, or the spool
// folder, belongs to another user or can be written to by one.
void make_prefetch_folder(FileSystem& wal_folder, std::uint32_t user);

// The entries' folder in a file system of its own: the spool may be on another one than %p, and a
// temporary file must be made where it is to be linked. nullptr: absent.
std::unique_ptr<FileSystem> open_prefetch_folder(const std::string& wal_folder);

// What the entries of `owner` end with, 32 hex digits; nullopt where no entry can count: there is
// no folder that is trusted, or the boot is not known.
std::optional<std::string> entry_tag(FileSystem& wal_folder, const PrefetchOwner& owner);

struct EntryName {
  WalFileName segment;  // kSegment
  Digest digest;
  std::string tag;
};
std::string to_string(const EntryName& name);
std::optional<EntryName> parse_entry_name(std::string_view text);

// Those with the tag, in order. Everything else in the folder is removed: remains of a process that
// was killed, of another boot or another archive. For the one prefetcher of the data directory.
std::vector<EntryName> clean_entries(FileSystem& prefetch_folder, std::string_view tag);

// What an entry must be, to be handed over.
struct WantedEntry {
  WalFileName segment;
  std::uint64_t system_identifier = 0;
  std::string tag;
  std::uint32_t user = 0;
};

enum class HandedOver {
  kNone,      // there is no such entry
  kRestored,  // it stands as `name`, whole and checked
  kDamaged,   // it did not pass a check, and was removed
};

// Hands an entry to PostgreSQL as `name` of the wal folder. `abandoned` (may be empty) is asked
// before it is placed; then it is left alone: kNone.
HandedOver hand_over_entry(FileSystem& wal_folder, const WantedEntry& wanted,
                           const std::string& name, const std::function<bool()>& abandoned);

}  // namespace walstow
