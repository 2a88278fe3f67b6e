// The rules for keys, which all backends share, so that they refuse and list the same keys. Also
// the keys that a backend uses for its own housekeeping. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace walstow {

// A part is 1 to 255 characters of A-Z a-z 0-9 . _ = -, and the first character is neither '.' nor
// '-'. So a part never leads out of the archive, and never equals a name that file systems or
// people leave in folders (".nfs0000...", ".snapshot", "lost+found"). A key consists of parts
// joined by '/', and has at most 1024 bytes (S3's bound).
bool is_key_part(std::string_view part);

// Throws Error{kInvalid} unless `key` is a key.
void check_key(std::string_view key);

// Throws Error{kInvalid} if there are more than kMostRemovals strings, or if one of them is not a
// key.
void check_removals(const std::vector<std::string>& keys);

// Throws Error{kInvalid} if no key can start with `prefix`. Every key starts with the prefix "".
void check_prefix(std::string_view prefix);

// Throws Error{kInvalid} unless a key can start with `prefix`, and `prefix` ends with '/'.
void check_folder_prefix(std::string_view prefix);

// Keys whose first part starts with '_' are the archive's housekeeping (temporaries, locks,
// quarantined objects). They are listed only if `prefix` starts with '_' too.
bool is_listed(std::string_view key, std::string_view prefix);

// The lock that a process holds while it changes a record.
inline constexpr std::string_view kRecordsLock = "_records.lock";
// The space held for records (store/backend/space_reserve.h).
inline constexpr std::string_view kReserveFile = "_reserve";
// Returns the key of an object with which a process proves that it can write to the archive. If a
// process left such an object behind, nothing needs the object.
std::string probe_key(std::string_view random_part);
// Returns the key under which a quarantined object is kept.
std::string aside_key(std::string_view key, std::string_view random_part);

// Throws Error{kInvalid} if `content` is longer than kLargestRecord.
void check_record(std::string_view key, std::string_view content);

}  // namespace walstow
