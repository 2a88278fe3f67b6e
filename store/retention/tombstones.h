// Prunes of an era, past and present: one record each, created before anything is removed.
//
// A tombstone contains the floor below which segments may be removed, and the progress of the
// removal. So a get that finds no file can distinguish a pruned file from a hole. A process that
// registers a position, a hold or a backup learns that a segment that it needs is removed, or about
// to be. Blocking; errors as store/backend/backend.h.
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
    kIntent,     // segments below the floor are being removed, or were
    kDone,       // they are removed
    kWithdrawn,  // a consumer needs a segment below: no more are removed
  };
  std::uint32_t number = 0;  // from 1, never used twice
  State state = State::kIntent;
  // On every timeline, or on one (a dead branch, of which needed stretches stay).
  SegmentNumber floor;
  std::optional<Timeline> timeline;
  SegmentNumber reached;  // no segment from here on was removed: recorded before each removal
  PrunePolicy policy;     // the policy for checking the consumers again
  std::string reason, by;
  Time begun;
  std::uint64_t files = 0, stored_bytes = 0;  // removed

  // Below this, segments may be missing.
  SegmentNumber limit() const { return state == State::kWithdrawn ? reached : floor; }
  bool covers(Timeline of, SegmentNumber segment) const {
    return segment < limit() && (!timeline || *timeline == of);
  }
};

std::string_view to_string(Tombstone::State state);
KnownPrune known_prune(const Tombstone& tombstone);

// Oldest first.
std::vector<Tombstone> list_tombstones(BackendReader& backend, std::string_view cluster,
                                       const EraName& era);

// Assigns the next number. Durable on return. nullopt: another prune came first, or is unfinished.
std::optional<Tombstone> create_tombstone(Backend& backend, std::string_view cluster,
                                          const EraName& era, Tombstone tombstone);

// Adds to the removed amount, even if another process has ended the prune meanwhile. Raises
// `reached` and sets a final state only while it is an intent. Returns the resulting tombstone.
// Durable on return. nullopt: no prune has that number.
struct TombstoneChange {
  std::optional<SegmentNumber> reached;
  std::uint64_t files = 0, stored_bytes = 0;
  std::optional<Tombstone::State> state;
  std::string reason;  // "": unchanged
};
std::optional<Tombstone> change_tombstone(Backend& backend, std::string_view cluster,
                                          const EraName& era, std::uint32_t number,
                                          const TombstoneChange& change);

// "pruned on 2026-11-22T20:00:00Z by "admin1", below floor 0/A000000".
std::string describe(const Tombstone& tombstone, SegmentSize size);

// "prune 3 below floor 0/A00000 by "admin1" on 2026-11-22T20:00:00Z is not over: 250 files have
// gone so far".
std::string describe_unfinished(const Tombstone& tombstone, SegmentSize size);

// Call after a registration of a need for `from` is durable. Refuses if a needed segment was
// removed, or is about to be. nullopt: all of them are there, and are safe from now on. `timeline`:
// nullopt for all.
std::optional<Refusal> refuse_below_floor(Backend& backend, std::string_view cluster,
                                          const EraName& era, SegmentNumber from,
                                          std::optional<Timeline> timeline);

// What is wrong with an existing backup of `file` (kBackup): its first segment was pruned, or is
// about to be. nullopt: nothing.
std::optional<std::string> warn_of_backup_below_floor(Backend& backend, std::string_view cluster,
                                                      const EraName& era, const WalFileName& file);

}  // namespace walstow
