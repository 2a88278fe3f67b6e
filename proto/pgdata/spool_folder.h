// The spool folder: what walstow-archive and walstow-restore remember of a data directory between
// calls. It consists of small files next to the WAL, on the same file system as %p.
//
// pg_basebackup and pg_rewind skip names that begin with "pgsql_tmp", so a new standby does not
// inherit the spool. Other ways of copying a data directory are detected (instance.h).
//
// Threads and processes: records are replaced atomically, so a reader sees the old or the new one.
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

// The store, cluster and system identifier of a record. A record counts only while all three match:
// an administrator who changes the settings means another archive.
struct SpoolOwner {
  std::string store;  // as set
  std::string cluster;
  std::uint64_t system_identifier = 0;
};

inline constexpr std::string_view kSpoolFolder = "pgsql_tmp_walstow";

// Opens the folder of %p, with the spool folder for named temporaries. Files that root makes in it
// belong to the folder's owner: the server's own calls follow root's. nullptr: it is absent.
std::unique_ptr<FileSystem> open_wal_folder(const std::string& folder);

// Returns the path of a file in the spool, for the FileSystem above: "instance" ->
// "pgsql_tmp_walstow/instance".
std::string in_spool(std::string_view name);

// For the end of a call that must leave nothing behind: removes a spool folder without files. A
// call of another process that starts to use it at that very moment fails.
void remove_empty_spool(FileSystem& wal_folder);

// A record: a JSON object of texts. A text may contain any bytes, since paths and host names need
// not be UTF-8. The member "NAME:hex" contains a text that is not UTF-8, in hexadecimal digits.
using SpoolRecord = std::map<std::string, std::string, std::less<>>;

// "": it has no member of that name.
std::string value_of(const SpoolRecord& record, std::string_view name);

// Names are UTF-8, and none ends with ":hex".
std::string to_json(const SpoolRecord& record);
// Skips members that are not texts: a later release may have added them. nullopt: not such an
// object.
std::optional<SpoolRecord> parse_spool_record(std::string_view json);

// nullopt: absent or damaged. Nothing in the spool is indispensable, so an invalid record counts as
// absent.
std::optional<SpoolRecord> read_record(FileSystem& wal_folder, std::string_view name);

// Durable on return, the spool folder included.
void write_record(FileSystem& wal_folder, std::string_view name, const SpoolRecord& record);

// Not durable, for records that count only until the next boot (boot_id()). Creates missing
// folders.
void write_passing_record(FileSystem& wal_folder, std::string_view name, const SpoolRecord& record);

}  // namespace walstow
