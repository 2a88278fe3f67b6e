// The keys of everything in an archive. Pure; no other code makes or parses them.
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
// DIGEST has the 32 digits of the raw file's digest. Keys of older archives have, and keep, only
// the first 12. NNN has three digits, so that eras sort in order. CLIENT is the client's name, in
// which "=" and two hex digits replace any character that a key cannot have.
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

inline constexpr std::uint32_t kMostEras = 999;  // of one cluster

std::string cluster_prefix(std::string_view cluster);  // ends with '/'
std::string cluster_record(std::string_view cluster);
std::string era_records(std::string_view cluster);  // prefix
std::string era_record(std::string_view cluster, std::uint32_t number);
std::string standby_records(std::string_view cluster);  // prefix
// The records of one client; a prefix.
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
// `client` is a valid_client_name().
std::string client_record(std::string_view client);

std::string era_prefix(std::string_view cluster, const EraName& era);  // ends with '/'
std::string era_folder_record(std::string_view cluster, const EraName& era);
std::string prune_records(std::string_view cluster, const EraName& era);  // prefix
std::string prune_record(std::string_view cluster, const EraName& era, std::uint32_t number);
// `digest` is the raw file's. It is part of a .partial's key only.
std::string object_key(std::string_view cluster, const EraName& era, const WalFileName& file,
                       const Digest& digest);
// Whether a key's digits belong to `digest`: all 32, or the first 12 or more.
bool are_digits_of(std::string_view digits, const Digest& digest);
// The keys that one content may have: the current form, and that of older archives.
using ContentKeys = std::array<std::string, 2>;
// Of an unfinished kSegment.
ContentKeys incomplete_keys(std::string_view cluster, const EraName& era,
                            const WalFileName& segment, const Digest& digest);
std::string incomplete_key(std::string_view cluster, const EraName& era, const WalFileName& segment,
                           const Digest& digest);
std::string incomplete_prefix(std::string_view cluster, const EraName& era,
                              const WalFileName& segment);
// Every object of one timeline in one log number. `file` names both, and is no history file. Ends
// with '/'.
std::string segment_folder(std::string_view cluster, const EraName& era, const WalFileName& file);
// As above, for a name from folders(wal_prefix()).
std::string segment_folder(std::string_view cluster, const EraName& era, std::string_view name);
// A file that may be asked for by its name alone: a .partial is not (nullopt).
std::optional<std::string> object_key(std::string_view cluster, const EraName& era,
                                      const WalFileName& file);
// Every WAL object of one timeline.
std::string timeline_prefix(std::string_view cluster, const EraName& era, Timeline timeline);
std::string wal_prefix(std::string_view cluster, const EraName& era);
std::string history_prefix(std::string_view cluster, const EraName& era);
// Greater than every key of `segment`, including its .backup and .partial files, and smaller than
// the keys of the next segment.
std::string after_segment(std::string_view cluster, const EraName& era, const WalFileName& segment);

// Greater than every key of the previous segments, and not greater than any key of `segment`.
std::string before_segment(std::string_view cluster, const EraName& era,
                           const WalFileName& segment);
// All keys that begin with a segment's name, except the segment itself: its .backup files and
// others.
std::string beside_prefix(std::string_view cluster, const EraName& era, const WalFileName& segment);
// All contents of one .partial.
std::string partial_prefix(std::string_view cluster, const EraName& era,
                           const WalFileName& partial);

// A content that arrived under a name that was taken. Of any kind of file but kPartial.
enum class Kept {
  kConflict,  // an administrator has not decided yet
  kSettled,   // decided: the other content has the name
};
std::string kept_prefix(std::string_view cluster, const EraName& era, Kept kept);
ContentKeys kept_keys(std::string_view cluster, const EraName& era, Kept kept,
                      const WalFileName& file, const Digest& digest);
std::string kept_key(std::string_view cluster, const EraName& era, Kept kept,
                     const WalFileName& file, const Digest& digest);
// The parts of such a key. nullopt: another kind of key.
struct KeptName {
  WalFileName file;
  std::string digits;  // of its digest: 32 or 12 digits
};
// All contents of that file whose digests begin with the same digits.
std::string kept_prefix(std::string_view cluster, const EraName& era, Kept kept,
                        const KeptName& content);
std::optional<KeptName> parse_kept_key(std::string_view cluster, const EraName& era, Kept kept,
                                       std::string_view key);

// Marks of segments whose records break off.
std::string break_marks(std::string_view cluster, const EraName& era);  // prefix
ContentKeys break_mark_keys(std::string_view cluster, const EraName& era,
                            const WalFileName& segment, const Digest& digest);
std::optional<KeptName> parse_break_mark(std::string_view cluster, const EraName& era,
                                         std::string_view key);

// The parts of an object's key. nullopt: a key of no object, or of a quarantined one.
struct StoredName {
  enum class Form {
    kFile,        // what a get of the name returns, or one content of a .partial
    kIncomplete,  // an incomplete segment
  };
  EraName era;
  WalFileName file;
  std::string digits;  // of the digest of a .partial or an incomplete segment, else ""
  Form form = Form::kFile;
};
// Contents that an administrator has withdrawn: by the name with which a put sends them, by form,
// and by all 32 digits of the digest.
std::string withdrawn_records(std::string_view cluster, const EraName& era);  // prefix
// Of one file, and of all files whose names begin with its name; a prefix.
std::string withdrawn_records(std::string_view cluster, const EraName& era,
                              const WalFileName& file);
// Of one file in that form, and of the contents whose digests begin with `digest_begin`; a prefix.
std::string withdrawn_records(std::string_view cluster, const EraName& era, const WalFileName& file,
                              StoredName::Form form, std::string_view digest_begin);
std::string withdrawn_record(std::string_view cluster, const EraName& era, const WalFileName& file,
                             StoredName::Form form, const Digest& digest);
// The result has the digits for every form.
std::optional<StoredName> parse_withdrawn_record(std::string_view cluster, const EraName& era,
                                                 std::string_view key);

// "FILE", "SEGMENT.partial.DIGEST", "SEGMENT.incomplete.DIGEST": the key's last part without
// its suffix.
std::string to_string(const StoredName& stored);
// The name of an object with this content, as above.
std::string stored_name(const WalFileName& file, const Digest& digest);
std::string incomplete_name(const WalFileName& segment, const Digest& digest);
std::optional<StoredName> parse_object_key(std::string_view cluster, std::string_view key);
// The inverse of to_string(): the key of that object. nullopt: other texts.
std::optional<std::string> key_of_stored(std::string_view cluster, const EraName& era,
                                         std::string_view name);

}  // namespace walstow::layout
