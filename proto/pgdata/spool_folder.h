// The spool folder. It contains what walstow-archive and walstow-restore remember about a data
// directory between calls. It consists of small files next to the WAL, on the same file system as
// %p.
//
// pg_basebackup and pg_rewind skip names that begin with "pgsql_tmp", so a new standby does not get
// a copy of the spool. Other ways of copying a data directory are detected (instance.h).
//
// Threads and processes: records are replaced atomically, so a reader sees either the old record or
// the new one.
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
// if an administrator changes one of them, the record belongs to another archive.
struct SpoolOwner {
  std::string store;  // as in the setting "store"
  std::string cluster;
  std::uint64_t system_identifier = 0;
};

inline constexpr std::string_view kSpoolFolder = "pgsql_tmp_walstow";

// Opens `folder`, which contains %p. Named temporary files are created in the spool folder. Files
// that root creates in it get the folder's owner, because the server must be able to use them
// later. Returns nullptr if the folder is absent.
std::unique_ptr<FileSystem> open_wal_folder(const std::string& folder);

// Returns the path of a file in the spool, relative to the folder of open_wal_folder(): "instance"
// -> "pgsql_tmp_walstow/instance".
std::string in_spool(std::string_view name);

// Call it at the end of a call that must leave nothing behind. Removes the spool folder if it is
// empty. If another process starts to use the folder at that very moment, that process fails.
void remove_empty_spool(FileSystem& wal_folder);

// A record: a JSON object whose values are strings. A string may contain any bytes, since paths and
// host names need not be UTF-8. The member "NAME:hex" contains a string that is not UTF-8, in
// hexadecimal digits.
using SpoolRecord = std::map<std::string, std::string, std::less<>>;

// Returns "" if the record has no member of that name.
std::string value_of(const SpoolRecord& record, std::string_view name);

// The names in `record` must be UTF-8, and must not end with ":hex".
std::string to_json(const SpoolRecord& record);
// Skips members that are not strings: a later release may have added them. Returns nullopt if
// `json` is not such an object.
std::optional<SpoolRecord> parse_spool_record(std::string_view json);

// Returns nullopt if the record is absent or damaged. Nothing in the spool is indispensable, so an
// invalid record counts as absent.
std::optional<SpoolRecord> read_record(FileSystem& wal_folder, std::string_view name);

// The record and the spool folder are durable on return.
void write_record(FileSystem& wal_folder, std::string_view name, const SpoolRecord& record);

// The record is not durable. Use it for records that count only until the next boot (boot_id()).
// Creates missing folders.
void write_passing_record(FileSystem& wal_folder, std::string_view name, const SpoolRecord& record);

}  // namespace walstow
