// The keys of everything in an archive. Pure. No other code makes or parses keys.
//
//   walstow.json                                              marker: archive id, format
//   CLUSTER/cluster.json                                      the cluster exists
//   CLUSTER/eras/NNN.json                                     era record, created once
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/era.json                     proves that the era's folder is there
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/wal/TTTTTTTTLLLLLLLL/FILE.zst    segments, .partial, .backup
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/wal/TTTTTTTTLLLLLLLL/FILE.incomplete.DIGEST.zst
//                                                             an incomplete segment, never served
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/history/TTTTTTTT.history.zst
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/conflicts/FILE.DIGEST.zst  other content of a name, undecided
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/settled/FILE.DIGEST.zst    decided: another content has the name
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/pruned/NNNNNN.json           a prune: its floor and its progress
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/times/TTTTTTTTLLLLLLLL/NNN.json
//                                                             the times of 64 consecutive segments
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/broken/SEGMENT.DIGEST.json the content's WAL records break off
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/withdrawn/FILE.DIGEST.json   withdrawn: its object is below _aside
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/withdrawn/FILE.incomplete.DIGEST.json   an incomplete one, too
//   CLUSTER/standbys/CLIENT/INSTANCE.json                     positions
//   CLUSTER/holds/ID.json                                     a hold of an administrator
//   CLUSTER/policy.json                                       its retention policy
//   CLUSTER/timelines.json                                    which clients may open timelines
//   CLUSTER/verified.json                                     its last complete verification
//   CLUSTER/quota.json CLUSTER/usage.json                     its quota, and its usage
//   CLUSTER/backups/ID.json                                   backups without a .backup file
//   _clock.json                                              the newest time that was observed
//                                                            (store/retention/archive_clock.h)
//   _clients/CLIENT.json                                     a client of the registry
//   _copy/ _moved/                                           a marker held back, or given up
//                                                            (store/archive/copy_archive.h)
//   _tmp/ _aside/ _probe/ _tls/ _records.lock _reserve        never part of a cluster
//                                                            (store/backend/key_rules.h)
//
// DIGEST is the 32 digits of the raw file's digest. Keys in older archives contain, and keep, only
// the first 12. NNN has three digits, so that eras sort in order. CLIENT is the client's name, in
// which "=" and two hex digits replace every character that is not valid in a key.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/codec/digest.h"
#include "proto/wal/file_name.h"
#include "proto/wire/refusal.h"

namespace walstow::layout {

inline constexpr std::string_view kMarker = "walstow.json";
inline constexpr std::string_view kObjectSuffix = ".zst";
inline constexpr std::string_view kClockRecord = "_clock.json";
inline constexpr std::string_view kCopyMarker = "_copy/walstow.json";
inline constexpr std::string_view kCopyRunning = "_copy/running.json";
inline constexpr std::string_view kMovedMarker = "_moved/walstow.json";

inline constexpr std::uint32_t kMostEras = 999;  // per cluster

std::string cluster_prefix(std::string_view cluster);  // ends with '/'
std::string cluster_record(std::string_view cluster);
std::string era_records(std::string_view cluster);  // prefix
std::string era_record(std::string_view cluster, std::uint32_t number);
std::string standby_records(std::string_view cluster);  // prefix
// Returns the prefix of the records of one client.
std::string standby_records(std::string_view cluster, std::string_view client);
std::string standby_record(std::string_view cluster, std::string_view client,
                           std::string_view instance);
std::string hold_records(std::string_view cluster);  // prefix
std::string hold_record(std::string_view cluster, std::string_view id);
std::string backup_records(std::string_view cluster);  // prefix
std::string backup_record(std::string_view cluster, std::string_view id);
std::string policy_record(std::string_view cluster);
std::string new_timelines_record(std::string_view cluster);
std::string verified_record(std::string_view cluster);
std::string quota_record(std::string_view cluster);
std::string usage_record(std::string_view cluster);
std::string client_records();  // prefix
// `client` must pass valid_client_name().
std::string client_record(std::string_view client);

std::string era_prefix(std::string_view cluster, const EraName& era);  // ends with '/'
std::string era_folder_record(std::string_view cluster, const EraName& era);
std::string prune_records(std::string_view cluster, const EraName& era);  // prefix
std::string prune_record(std::string_view cluster, const EraName& era, std::uint32_t number);
// `digest` is the digest of the raw file. Only the key of a .partial contains the digest.
std::string object_key(std::string_view cluster, const EraName& era, const WalFileName& file,
                       const Digest& digest);
// Returns whether `digits`, which come from a key, are the first digits of `digest`, and at least
// 12 of them.
bool are_digits_of(std::string_view digits, const Digest& digest);
// The keys that one version of a file may have: the current form, and the form in older archives.
using ContentKeys = std::array<std::string, 2>;
// Returns the keys of an unfinished kSegment.
ContentKeys incomplete_keys(std::string_view cluster, const EraName& era,
                            const WalFileName& segment, const Digest& digest);
std::string incomplete_key(std::string_view cluster, const EraName& era, const WalFileName& segment,
                           const Digest& digest);
std::string incomplete_prefix(std::string_view cluster, const EraName& era,
                              const WalFileName& segment);
// Returns the folder of all objects of one timeline and one log number. `file` contains both
// numbers, and is not a history file. The result ends with '/'.
std::string segment_folder(std::string_view cluster, const EraName& era, const WalFileName& file);
// Like the function above, for a name from folders(wal_prefix()).
std::string segment_folder(std::string_view cluster, const EraName& era, std::string_view name);
// Returns the key of a file that a client may request by its name alone. Returns nullopt for a
// .partial, which a client cannot request in that way.
std::optional<std::string> object_key(std::string_view cluster, const EraName& era,
                                      const WalFileName& file);
// Returns the prefix of every WAL object of one timeline.
std::string timeline_prefix(std::string_view cluster, const EraName& era, Timeline timeline);
std::string wal_prefix(std::string_view cluster, const EraName& era);
std::string history_prefix(std::string_view cluster, const EraName& era);
// Returns a string that is greater than every key of `segment`, including its .backup and .partial
// files, and smaller than the keys of the next segment.
std::string after_segment(std::string_view cluster, const EraName& era, const WalFileName& segment);

// Returns a string that is greater than every key of the previous segments, and not greater than
// any key of `segment`.
std::string before_segment(std::string_view cluster, const EraName& era,
                           const WalFileName& segment);
// Returns the prefix of all keys that begin with a segment's name, except the key of the segment
// itself: keys of its .backup files and others.
std::string beside_prefix(std::string_view cluster, const EraName& era, const WalFileName& segment);
// Returns the prefix of all versions of one .partial.
std::string partial_prefix(std::string_view cluster, const EraName& era,
                           const WalFileName& partial);

// How the store keeps a version that arrived under a name already in use. The version can be of any
// kind of file except kPartial.
enum class Kept {
  kConflict,  // an administrator has not decided about it yet
  kSettled,   // an administrator has decided: another version has the name
};
std::string kept_prefix(std::string_view cluster, const EraName& era, Kept kept);
ContentKeys kept_keys(std::string_view cluster, const EraName& era, Kept kept,
                      const WalFileName& file, const Digest& digest);
std::string kept_key(std::string_view cluster, const EraName& era, Kept kept,
                     const WalFileName& file, const Digest& digest);
// The parts of the key of such a version. Parsing returns nullopt for another kind of key.
struct KeptName {
  WalFileName file;
  std::string digits;  // the first 32 or 12 digits of its digest
};
// Returns the prefix of all versions of that file whose digests begin with the same digits.
std::string kept_prefix(std::string_view cluster, const EraName& era, Kept kept,
                        const KeptName& content);
std::optional<KeptName> parse_kept_key(std::string_view cluster, const EraName& era, Kept kept,
                                       std::string_view key);

// The records of the times of segments. Each belongs to consecutive segments of one timeline and
// log number: to kSegmentsOfTimes of them, or to all segments of a log number that has fewer.
inline constexpr std::uint32_t kSegmentsOfTimes = 64;
std::string times_records(std::string_view cluster, const EraName& era);  // prefix
// Returns the key of the record to which `segment` (kSegment) belongs.
std::string times_record(std::string_view cluster, const EraName& era, const WalFileName& segment);
// The first and the last segment of a record.
struct TimesRange {
  WalFileName first, last;
};
std::optional<TimesRange> parse_times_record(std::string_view cluster, const EraName& era,
                                             std::string_view key);

// Returns the prefix of the marks of segments whose records break off.
std::string break_marks(std::string_view cluster, const EraName& era);  // prefix
ContentKeys break_mark_keys(std::string_view cluster, const EraName& era,
                            const WalFileName& segment, const Digest& digest);
std::optional<KeptName> parse_break_mark(std::string_view cluster, const EraName& era,
                                         std::string_view key);

// The parts of an object's key. Parsing returns nullopt for a key that does not belong to an
// object, or that belongs to a quarantined object.
struct StoredName {
  enum class Form {
    // The object that a get of the name returns, or one version of a .partial.
    kFile,
    kIncomplete,  // an incomplete segment
  };
  EraName era;
  WalFileName file;
  // Digits of the digest, for a .partial or an incomplete segment; otherwise "".
  std::string digits;
  Form form = Form::kFile;
};
// Versions that an administrator has withdrawn. The key contains the file's name as a put sends it,
// the file's form, and all 32 digits of its digest.
std::string withdrawn_records(std::string_view cluster, const EraName& era);  // prefix
// Returns the prefix of the records of one file, and of all files whose names begin with that
// file's name.
std::string withdrawn_records(std::string_view cluster, const EraName& era,
                              const WalFileName& file);
// Returns the prefix of the records of one file in that form, with digests that begin with
// `digest_begin`.
std::string withdrawn_records(std::string_view cluster, const EraName& era, const WalFileName& file,
                              StoredName::Form form, std::string_view digest_begin);
std::string withdrawn_record(std::string_view cluster, const EraName& era, const WalFileName& file,
                             StoredName::Form form, const Digest& digest);
// Returns the parts of a record's key. They include the digits, whatever the form.
std::optional<StoredName> parse_withdrawn_record(std::string_view cluster, const EraName& era,
                                                 std::string_view key);

// Returns "FILE", "SEGMENT.partial.DIGEST" or "SEGMENT.incomplete.DIGEST": the key's last part
// without its suffix.
std::string to_string(const StoredName& stored);
// Returns what to_string() returns for the object of `file` that has this digest.
std::string stored_name(const WalFileName& file, const Digest& digest);
std::string incomplete_name(const WalFileName& segment, const Digest& digest);
std::optional<StoredName> parse_object_key(std::string_view cluster, std::string_view key);
// The inverse of to_string(): returns the key of the object. Returns nullopt for any other text.
std::optional<std::string> key_of_stored(std::string_view cluster, const EraName& era,
                                         std::string_view name);

}  // namespace walstow::layout
