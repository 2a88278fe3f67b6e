// How many files of the kinds that nothing else bounds a cluster takes. No server comes near these;
// who has a right to put could fill a disk with them. Beyond them each client still has a share of
// its own, so that one that has used up all others' keeps none of them from putting its first ones:
// objects name who has put them. Of two puts at once, both may be the last.
// Blocking; errors as store/backend/backend.h.
#pragma once

#include <optional>
#include <string>

#include "proto/wire/command.h"
#include "store/backend/backend.h"

namespace walstow {

struct PutBound {
  std::size_t most;           // of all clients
  std::size_t of_one_client;  // that a client may have, where all together have as many
};
inline constexpr PutBound kHistories{1000, 100};       // of an era
inline constexpr PutBound kPartialsOfSegment{16, 2};   // contents of one .partial
inline constexpr PutBound kBackupsOfSegment{100, 10};  // .backup files
inline constexpr PutBound kPiecesOfSegment{16, 2};
inline constexpr PutBound kPiecesOfFolder{100, 10};  // of a timeline in one log number

// Before the body is taken; `client` puts it. nullopt: one more may come, or this one stands.
std::optional<Refusal> refuse_too_many(BackendReader& backend, const EraName& era,
                                       const PutFile& put, const std::string& client);
// The same of a piece of a segment; that a segment is one shows only when its body is there.
std::optional<Refusal> refuse_too_many_pieces(BackendReader& backend, const EraName& era,
                                              const PutFile& put, const std::string& client);

}  // namespace walstow
