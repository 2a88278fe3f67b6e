// Tombstones: the records of an era's prunes, past and present. Each record is created before
// anything is removed.
//
// A tombstone contains the floor below which segments may be removed, and the progress of the
// removal. So a get that finds no file can distinguish a pruned file from a hole. A process that
// registers a position, a hold or a backup learns whether a segment that it needs was removed, or
// is about to be removed. The record also contains the ranges that the prune keeps below its floor,
// for monthly and yearly backups. Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/wal/lsn.h"
#include "proto/wire/command.h"
#include "store/backend/backend.h"
#include "store/inventory/absence.h"

namespace walstow {

struct Tombstone {
  enum class State {
    // Segments below the floor are being removed, or were removed in part.
    kIntent,
    kDone,  // the segments below the floor are removed
    // A consumer needs a segment below the floor: no more segments are removed.
    kWithdrawn,
  };
  std::uint32_t number = 0;  // starts at 1; no number is used twice
  State state = State::kIntent;
  // The floor applies to every timeline, or only to one timeline (a dead branch, whose needed
  // stretches stay).
  SegmentNumber floor;
  std::optional<Timeline> timeline;
  // No segment from here onward has been removed so far. The value is recorded before each removal.
  SegmentNumber reached;
  PrunePolicy policy;  // the policy with which the consumers are checked again
  std::string reason, by;
  Time begun;
  std::uint64_t files = 0, stored_bytes = 0;  // removed
  // The segments below the floor that this prune never removes, as united() returns them.
  std::vector<KeptRange> kept = {};
  // The highest timeline when the prune began. A server that is later recovered from an old backup
  // begins a higher timeline, which may have segments below the floor. This prune has removed none
  // of them. nullopt: unknown, in a record of an earlier release.
  std::optional<Timeline> highest = {};

  // Below this segment, segments may be missing.
  SegmentNumber limit() const { return state == State::kWithdrawn ? reached : floor; }
  bool concerns(Timeline of) const {
    return timeline ? *timeline == of : !highest || of <= *highest;
  }
  bool covers(Timeline of, SegmentNumber segment) const {
    return segment < limit() && concerns(of) && !is_kept(kept, of, segment);
  }
};

std::string_view to_string(Tombstone::State state);
KnownPrune known_prune(const Tombstone& tombstone);

// Returns the tombstones, oldest first.
std::vector<Tombstone> list_tombstones(BackendReader& backend, std::string_view cluster,
                                       const EraName& era);

// Assigns the next number to a new tombstone. The tombstone is durable on return. Returns nullopt
// if another prune came first, or is unfinished.
std::optional<Tombstone> create_tombstone(Backend& backend, std::string_view cluster,
                                          const EraName& era, Tombstone tombstone);

// A change to a tombstone. The counts of removed files are added even if another process has ended
// the prune meanwhile. `reached` is raised, and a final state is set, only while the state is
// kIntent. Returns the resulting tombstone. The change is durable on return. Returns nullopt if no
// prune has that number.
struct TombstoneChange {
  std::optional<SegmentNumber> reached;
  std::uint64_t files = 0, stored_bytes = 0;
  std::optional<Tombstone::State> state;
  std::string reason;  // "": unchanged
};
std::optional<Tombstone> change_tombstone(Backend& backend, std::string_view cluster,
                                          const EraName& era, std::uint32_t number,
                                          const TombstoneChange& change);

// Returns "pruned on 2026-11-22T20:00:00Z by "admin1", below floor 0/A000000".
std::string describe(const Tombstone& tombstone, SegmentSize size);

// Returns "prune 3 below floor 0/A00000 by "admin1" on 2026-11-22T20:00:00Z is unfinished: 250
// files deleted so far".
std::string describe_unfinished(const Tombstone& tombstone, SegmentSize size);

// Call it once a new consumer is durably registered. The consumer needs WAL from `from` onward.
// Refuses if a needed segment was removed, or is about to be removed. Returns nullopt if all needed
// segments exist; from now on, they are kept. With `timeline` nullopt, it considers all timelines.
// `until` is set if the consumer is of use without the segments after `until`. For such a consumer,
// the segments that a prune has kept for a monthly backup are enough.
std::optional<Refusal> refuse_below_floor(Backend& backend, std::string_view cluster,
                                          const EraName& era, SegmentNumber from,
                                          std::optional<Timeline> timeline,
                                          std::optional<SegmentNumber> until = {});

// Returns what is wrong with an existing backup of `file` (kBackup): its first segment was pruned,
// or is about to be pruned. Returns nullopt if nothing is wrong.
std::optional<std::string> warn_of_backup_below_floor(Backend& backend, std::string_view cluster,
                                                      const EraName& era, const WalFileName& file);

}  // namespace walstow
