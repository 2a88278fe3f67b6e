// What every backend knows of keys, so that all of them refuse and list the same, and the keys of a
// backend's own house-keeping. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace walstow {

// A part is 1 to 255 of A-Z a-z 0-9 . _ = -, the first no '.' and no '-': never a path out of the
// archive, and never one of the names that file systems and people leave in folders (".nfs0000...",
// ".snapshot", "lost+found"). A key is parts joined by '/', 1024 bytes at most (S3's bound).
bool is_key_part(std::string_view part);

// Throws Error{kInvalid} for anything but a key.
void check_key(std::string_view key);

// Throws Error{kInvalid} for more than kMostRemovals, and where one is no key.
void check_removals(const std::vector<std::string>& keys);

// Throws Error{kInvalid} for what no key can start with. "" is the prefix of all keys.
void check_prefix(std::string_view prefix);

// Throws Error{kInvalid} unless it is what a key can start with and ends with '/'.
void check_folder_prefix(std::string_view prefix);

// Keys whose first part starts with '_' are the archive's house-keeping (temporaries, locks, what
// was set aside): they are listed only for a prefix that asks for them.
bool is_listed(std::string_view key, std::string_view prefix);

// What those hold that change a record.
inline constexpr std::string_view kRecordsLock = "_records.lock";
// Space that is held for records (store/backend/space_reserve.h).
inline constexpr std::string_view kReserveFile = "_reserve";
// An object that proves that the archive can be written. What is left there means nothing.
std::string probe_key(std::string_view random_part);
// Where a damaged object goes.
std::string aside_key(std::string_view key, std::string_view random_part);

// Throws Error{kInvalid} when `content` is longer than kLargestRecord.
void check_record(std::string_view key, std::string_view content);

}  // namespace walstow
