// Bounds for the numbers of files that nothing else limits, per cluster. No server comes near them;
// without them, a client with the right to put could fill a disk. Beyond a bound each client still
// has a small share of its own. So a client that has used up the bound does not keep the others
// from putting their first files: objects name the client that has put them. Two simultaneous puts
// may both be the last one. Blocking; errors as store/backend/backend.h.
#pragma once

#include <optional>
#include <string>

#include "proto/wire/command.h"
#include "store/backend/backend.h"

namespace walstow {

struct PutBound {
  std::size_t most;           // for all clients together
  std::size_t of_one_client;  // a client's own share, once all together have reached `most`
};
inline constexpr PutBound kHistories{1000, 100};       // per era
inline constexpr PutBound kPartialsOfSegment{16, 2};   // contents of one .partial
inline constexpr PutBound kBackupsOfSegment{100, 10};  // .backup files
inline constexpr PutBound kPiecesOfSegment{16, 2};
inline constexpr PutBound kPiecesOfFolder{100, 10};  // per timeline and log number

// Call before the body is received; `client` puts it. nullopt: one more may come, or it exists
// already.
std::optional<Refusal> refuse_too_many(BackendReader& backend, const EraName& era,
                                       const PutFile& put, const std::string& client);
// As above, for an incomplete segment; only the body shows that a segment is incomplete.
std::optional<Refusal> refuse_too_many_pieces(BackendReader& backend, const EraName& era,
                                              const PutFile& put, const std::string& client);

}  // namespace walstow
