// The spool folder: what walstow-archive and walstow-restore remember of a data directory from one
// call to the next, in small files beside the WAL, on the same file system as %p.
//
// pg_basebackup and pg_rewind leave out what begins with "pgsql_tmp", so that a new standby does
// not inherit it; who copies a data directory by other means is found out (instance.h).
//
// Threads and processes: records are replaced at once, so a reader sees the old or the new one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proto/files/file_system.h"

namespace walstow {

// Who asks which store: what is remembered counts only for all three together. Who changes the
// settings means another archive.
struct SpoolOwner {
  std::string store;  // as set
  std::string cluster;
  std::uint64_t system_identifier = 0;
};

inline constexpr std::string_view kSpoolFolder = "pgsql_tmp_walstow";

// Opens the folder of %p, with the spool folder as the place of named temporaries. What root makes
// in it belongs to the folder's owner: the server's own calls come after root's. nullptr: absent.
std::unique_ptr<FileSystem> open_wal_folder(const std::string& folder);

// The path of a file in the spool, for the FileSystem above: "instance" ->
// "pgsql_tmp_walstow/instance".
std::string in_spool(std::string_view name);

// For the end of a call that is to leave nothing behind: removes a spool folder without any files.
// A call of another process that begins to use it at that very moment fails.
void remove_empty_spool(FileSystem& wal_folder);

// A record: a JSON object of texts. A text may hold any bytes: paths and host names need not be
// UTF-8. The member "NAME:hex" holds one that is not, in hexadecimal digits.
using SpoolRecord = std::map<std::string, std::string, std::less<>>;

// "" where it has none of that name.
std::string value_of(const SpoolRecord& record, std::string_view name);

// Names are UTF-8, and none ends with ":hex".
std::string to_json(const SpoolRecord& record);
// Leaves out members that are no texts: a later release may have added them. nullopt: not such an
// object.
std::optional<SpoolRecord> parse_spool_record(std::string_view json);

// nullopt: absent or damaged. The spool holds nothing that cannot be done without, so a record that
// makes no sense is as good as none.
std::optional<SpoolRecord> read_record(FileSystem& wal_folder, std::string_view name);

// Durable on return, the spool folder included.
void write_record(FileSystem& wal_folder, std::string_view name, const SpoolRecord& record);

// Not durable, for what counts until the next boot only (boot_id()). Makes the folders on the way.
void write_passing_record(FileSystem& wal_folder, std::string_view name, const SpoolRecord& record);

}  // namespace walstow
