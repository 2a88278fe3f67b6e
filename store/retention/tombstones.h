// Prunes of an era, past and present: one record each, made before anything is removed.
//
// It says below which floor segments may be gone, and how far the removal has got. So a get that
// finds nothing can tell what was pruned from a hole, and whoever registers a position, a hold or a
// backup learns that what it needs is gone or about to go. Blocking; errors as
// store/backend/backend.h.
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
    kIntent,     // segments below the floor go, or went
    kDone,       // they are gone
    kWithdrawn,  // somebody needs what is below: no more goes
  };
  std::uint32_t number = 0;  // from 1, never used twice
  State state = State::kIntent;
  // On every timeline, or on one (a dead branch, of which needed stretches stay).
  SegmentNumber floor;
  std::optional<Timeline> timeline;
  SegmentNumber reached;  // nothing from here on has gone: noted before it goes
  PrunePolicy policy;     // by which the consumers are looked at again
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

// Gives it the next number. Durable on return. nullopt: another one came first, or is unfinished.
std::optional<Tombstone> create_tombstone(Backend& backend, std::string_view cluster,
                                          const EraName& era, Tombstone tombstone);

// Adds to what was removed, also when somebody else has ended it meanwhile. Raises `reached` and
// sets a final state only while it is an intent. Returns what stands then. Durable on return.
// nullopt: there is none of that number.
struct TombstoneChange {
  std::optional<SegmentNumber> reached;
  std::uint64_t files = 0, stored_bytes = 0;
  std::optional<Tombstone::State> state;
  std::string reason;  // "": as it was
};
std::optional<Tombstone> change_tombstone(Backend& backend, std::string_view cluster,
                                          const EraName& era, std::uint32_t number,
                                          const TombstoneChange& change);

// "pruned on 2026-11-22T20:00:00Z by "admin1", below floor 0/A000000".
std::string describe(const Tombstone& tombstone, SegmentSize size);

// "prune 3 below floor 0/A00000 by "admin1" on 2026-11-22T20:00:00Z is not over: 250 files have
// gone so far".
std::string describe_unfinished(const Tombstone& tombstone, SegmentSize size);

// For whoever has just registered, durably, that it needs what `from` says: what was, or is about
// to be, removed of it. nullopt: nothing; it is safe from now on. `timeline`: nullopt for all.
std::optional<Refusal> refuse_below_floor(Backend& backend, std::string_view cluster,
                                          const EraName& era, SegmentNumber from,
                                          std::optional<Timeline> timeline);

// What is wrong with a backup that `file` (kBackup) is of, which stands already: the segment where
// it begins was pruned, or is about to be. nullopt: nothing.
std::optional<std::string> warn_of_backup_below_floor(Backend& backend, std::string_view cluster,
                                                      const EraName& era, const WalFileName& file);

}  // namespace walstow
