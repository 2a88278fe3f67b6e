// How many files of the kinds that nothing else bounds a cluster takes. No server comes near these;
// who has a right to put could fill a disk with them. Of two puts at once, both may be the last.
// Blocking; errors as store/backend/backend.h.
#pragma once

#include <optional>

#include "proto/wire/command.h"
#include "store/backend/backend.h"

namespace walstow {

inline constexpr std::size_t kMostHistories = 1000;        // of an era
inline constexpr std::size_t kMostPartialsOfSegment = 16;  // contents of one .partial
inline constexpr std::size_t kMostBackupsOfSegment = 100;  // .backup files
inline constexpr std::size_t kMostPiecesOfSegment = 16;
inline constexpr std::size_t kMostPiecesOfFolder = 100;  // of a timeline in one log number

// Before the body is taken. nullopt: one more may come, or this one stands.
std::optional<Refusal> refuse_too_many(BackendReader& backend, const EraName& era,
                                       const PutFile& put);
// The same of a piece of a segment; that a segment is one shows only when its body is there.
std::optional<Refusal> refuse_too_many_pieces(BackendReader& backend, const EraName& era,
                                              const PutFile& put);

}  // namespace walstow
