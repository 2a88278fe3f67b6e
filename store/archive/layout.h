// The keys of everything in an archive. Pure; the only place that makes or reads them.
//
//   walstow.json                                              marker: archive id, format
//   CLUSTER/cluster.json                                      the cluster exists
//   CLUSTER/eras/NNN.json                                     era record, created once
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/era.json                     proves that the era's folder is there
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/wal/TTTTTTTTLLLLLLLL/FILE.zst    segments, .partial, .backup
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/wal/TTTTTTTTLLLLLLLL/FILE.incomplete.DIGEST.zst
//                                                             a piece of a segment, never served
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/history/TTTTTTTT.history.zst
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/conflicts/FILE.DIGEST.zst  other content of a name, undecided
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/settled/FILE.DIGEST.zst    decided: another one is FILE
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/pruned/NNNNNN.json           a prune: its floor, how far it got
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/broken/SEGMENT.DIGEST.json the records of that content break off
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/withdrawn/FILE.DIGEST.json   withdrawn: its object is below _aside
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/withdrawn/FILE.incomplete.DIGEST.json   the same of a piece
//   CLUSTER/standbys/CLIENT/INSTANCE.json                     positions
//   CLUSTER/holds/ID.json                                     what an administrator holds
//   CLUSTER/policy.json                                       by which it is pruned
//   CLUSTER/timelines.json                                    who may open new ones
//   CLUSTER/quota.json CLUSTER/usage.json                     how much it may have, and has
//   CLUSTER/backups/ID.json                                   backups that left no .backup file
//   _clock.json                                              the newest time that was seen
//                                                            (store/retention/archive_clock.h)
//   _clients/CLIENT.json                                     a client of the registry
//   _copy/ _moved/                                           a marker held back, or given up
//                                                            (store/archive/copy_archive.h)
//   _tmp/ _aside/ _probe/ _tls/ _records.lock _reserve        never part of a cluster
//                                                            (store/backend/key_rules.h)
//
// DIGEST has the 32 digits of the raw file's; archives of before have the first 12 of them there,
// and keep them. NNN has three digits, so that eras stand in order. CLIENT is the client's name, in
// which any character that no key has is "=" and two hex digits.
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
// Of one client; a prefix.
std::string standby_records(std::string_view cluster, std::string_view client);
std::string standby_record(std::string_view cluster, std::string_view client,
                           std::string_view instance);
std::string hold_records(std::string_view cluster);  // prefix
std::string hold_record(std::string_view cluster, std::string_view id);
std::string backup_records(std::string_view cluster);  // prefix
std::string backup_record(std::string_view cluster, std::string_view id);
std::string policy_record(std::string_view cluster);
std::string new_timelines_record(std::string_view cluster);
std::string quota_record(std::string_view cluster);
std::string usage_record(std::string_view cluster);
std::string client_records();  // prefix
// `client` is a valid_client_name().
std::string client_record(std::string_view client);

std::string era_prefix(std::string_view cluster, const EraName& era);  // ends with '/'
std::string era_folder_record(std::string_view cluster, const EraName& era);
std::string prune_records(std::string_view cluster, const EraName& era);  // prefix
std::string prune_record(std::string_view cluster, const EraName& era, std::uint32_t number);
// `digest` is of the raw file; it is part of a .partial's key, and of no other.
std::string object_key(std::string_view cluster, const EraName& era, const WalFileName& file,
                       const Digest& digest);
// Whether a key's digits are of it: all 32, or the first 12 or more.
bool are_digits_of(std::string_view digits, const Digest& digest);
// Where one content may be: under the key that a new one gets, or under the one of before.
using ContentKeys = std::array<std::string, 2>;
// Of a kSegment that is unfinished.
ContentKeys incomplete_keys(std::string_view cluster, const EraName& era,
                            const WalFileName& segment, const Digest& digest);
std::string incomplete_key(std::string_view cluster, const EraName& era, const WalFileName& segment,
                           const Digest& digest);
std::string incomplete_prefix(std::string_view cluster, const EraName& era,
                              const WalFileName& segment);
// Every object of one timeline in one log number: of `file`, no history file. Ends with '/'.
std::string segment_folder(std::string_view cluster, const EraName& era, const WalFileName& file);
// The same of a name that folders(wal_prefix()) has.
std::string segment_folder(std::string_view cluster, const EraName& era, std::string_view name);
// A file that may be asked for by its name alone: a .partial is not (nullopt).
std::optional<std::string> object_key(std::string_view cluster, const EraName& era,
                                      const WalFileName& file);
// Every WAL object of one timeline.
std::string timeline_prefix(std::string_view cluster, const EraName& era, Timeline timeline);
std::string wal_prefix(std::string_view cluster, const EraName& era);
std::string history_prefix(std::string_view cluster, const EraName& era);
// Greater than every key of `segment` (its .backup and .partial files included) and smaller than
// those of the next segment.
std::string after_segment(std::string_view cluster, const EraName& era, const WalFileName& segment);

// Greater than every key of the segments before, and not greater than any of its own.
std::string before_segment(std::string_view cluster, const EraName& era,
                           const WalFileName& segment);
// All that a segment's name begins: its .backup files, and whatever else but the segment itself.
std::string beside_prefix(std::string_view cluster, const EraName& era, const WalFileName& segment);
// All contents of one .partial.
std::string partial_prefix(std::string_view cluster, const EraName& era,
                           const WalFileName& partial);

// Contents that came under a name that is taken. Of all kinds of files but kPartial.
enum class Kept {
  kConflict,  // an administrator has yet to decide
  kSettled,   // decided: the other one has the name
};
std::string kept_prefix(std::string_view cluster, const EraName& era, Kept kept);
ContentKeys kept_keys(std::string_view cluster, const EraName& era, Kept kept,
                      const WalFileName& file, const Digest& digest);
std::string kept_key(std::string_view cluster, const EraName& era, Kept kept,
                     const WalFileName& file, const Digest& digest);
// What such a key says; nullopt for others.
struct KeptName {
  WalFileName file;
  std::string digits;  // of its digest: 32 or 12
};
// Of all contents of that file whose digests begin like this one's.
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

// What an object's key says; nullopt for keys that are no object's, and for what lies aside.
struct StoredName {
  enum class Form {
    kFile,        // what a get of the name gives, or one content of a .partial
    kIncomplete,  // a piece of it
  };
  EraName era;
  WalFileName file;
  std::string digits;  // of the digest of a .partial or an incomplete segment, else ""
  Form form = Form::kFile;
};
// Contents that an administrator has withdrawn: by the name with which a put sends them, whether
// they were a piece of it, and all 32 digits of the digest.
std::string withdrawn_records(std::string_view cluster, const EraName& era);  // prefix
// Of one file, and of all that its name begins; a prefix.
std::string withdrawn_records(std::string_view cluster, const EraName& era,
                              const WalFileName& file);
// Of one file in that form, and of the contents whose digests begin with these digits; a prefix.
std::string withdrawn_records(std::string_view cluster, const EraName& era, const WalFileName& file,
                              StoredName::Form form, std::string_view digest_begin);
std::string withdrawn_record(std::string_view cluster, const EraName& era, const WalFileName& file,
                             StoredName::Form form, const Digest& digest);
// With the digits of any form.
std::optional<StoredName> parse_withdrawn_record(std::string_view cluster, const EraName& era,
                                                 std::string_view key);

// "FILE", "SEGMENT.partial.DIGEST", "SEGMENT.incomplete.DIGEST": the key's last part without
// its suffix.
std::string to_string(const StoredName& stored);
// What an object of this content is called, as above.
std::string stored_name(const WalFileName& file, const Digest& digest);
std::string incomplete_name(const WalFileName& segment, const Digest& digest);
std::optional<StoredName> parse_object_key(std::string_view cluster, std::string_view key);
// The other way round: the key of what to_string() names; nullopt for other texts.
std::optional<std::string> key_of_stored(std::string_view cluster, const EraName& era,
                                         std::string_view name);

}  // namespace walstow::layout
