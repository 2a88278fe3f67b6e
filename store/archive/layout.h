// The keys of everything in an archive. Pure; the only place that makes or reads them.
//
//   walstow.json                                              marker: archive id, format
//   CLUSTER/cluster.json                                      the cluster exists
//   CLUSTER/eras/NNN.json                                     era record, created once
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/era.json                     proves that the era's folder is there
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/wal/TTTTTTTTLLLLLLLL/FILE.zst    segments, .partial, .backup
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/wal/TTTTTTTTLLLLLLLL/FILE.incomplete.DIGEST12.zst
//                                                             a piece of a segment, never served
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/history/TTTTTTTT.history.zst
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/conflicts/FILE.DIGEST12.zst  other content of a name, undecided
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/settled/FILE.DIGEST12.zst    decided: another one is FILE
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/pruned/NNNNNN.json           a prune: its floor, how far it got
//   CLUSTER/NNN-SYSTEMID-SEGSIZE/broken/SEGMENT.DIGEST12.json the records of that content break off
//   CLUSTER/standbys/CLIENT/INSTANCE.json                     positions
//   CLUSTER/holds/ID.json                                     what an administrator holds
//   CLUSTER/policy.json                                       by which it is pruned
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
// NNN has three digits, so that eras stand in order. CLIENT is the client's name, in which any
// character that no key has is "=" and two hex digits.
#pragma once

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

std::string cluster_record(std::string_view cluster);
std::string era_records(std::string_view cluster);  // prefix
std::string era_record(std::string_view cluster, std::uint32_t number);
std::string standby_records(std::string_view cluster);  // prefix
std::string standby_record(std::string_view cluster, std::string_view client,
                           std::string_view instance);
std::string hold_records(std::string_view cluster);  // prefix
std::string hold_record(std::string_view cluster, std::string_view id);
std::string backup_records(std::string_view cluster);  // prefix
std::string backup_record(std::string_view cluster, std::string_view id);
std::string policy_record(std::string_view cluster);
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
// The first 12 digits, as they are part of keys.
std::string digest12(const Digest& digest);
// Of a kSegment that is unfinished.
std::string incomplete_key(std::string_view cluster, const EraName& era, const WalFileName& segment,
                           const Digest& digest);
std::string incomplete_prefix(std::string_view cluster, const EraName& era,
                              const WalFileName& segment);
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
// All contents of one .partial.
std::string partial_prefix(std::string_view cluster, const EraName& era,
                           const WalFileName& partial);

// Contents that came under a name that is taken. Of all kinds of files but kPartial.
enum class Kept {
  kConflict,  // an administrator has yet to decide
  kSettled,   // decided: the other one has the name
};
std::string kept_prefix(std::string_view cluster, const EraName& era, Kept kept);
std::string kept_key(std::string_view cluster, const EraName& era, Kept kept,
                     const WalFileName& file, const Digest& digest);
// What such a key says; nullopt for others.
struct KeptName {
  WalFileName file;
  std::string digest12;
};
std::optional<KeptName> parse_kept_key(std::string_view cluster, const EraName& era, Kept kept,
                                       std::string_view key);

// Marks of segments whose records break off.
std::string break_marks(std::string_view cluster, const EraName& era);  // prefix
std::string break_mark(std::string_view cluster, const EraName& era, const WalFileName& segment,
                       const Digest& digest);
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
  std::string digest12;  // of a .partial or an incomplete segment, else ""
  Form form = Form::kFile;
};
// "FILE", "SEGMENT.partial.DIGEST12", "SEGMENT.incomplete.DIGEST12": the key's last part without
// its suffix.
std::string to_string(const StoredName& stored);
std::optional<StoredName> parse_object_key(std::string_view cluster, std::string_view key);

}  // namespace walstow::layout
