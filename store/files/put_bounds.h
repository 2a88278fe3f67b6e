// Limits per cluster, for kinds of files whose number nothing else limits. No real server comes
// near these limits. Without them, a client with the right to put could fill a disk. When a limit
// is reached, each client still has a small share of its own. (Each object names the client that
// has put it.) So a client that has used up the limit does not prevent others from putting their
// first files. Two simultaneous puts may both count as the last one. Blocking. Errors: as in
// store/backend/backend.h.
#pragma once

#include <optional>
#include <string>

#include "proto/wire/command.h"
#include "store/backend/backend.h"

namespace walstow {

struct PutBound {
  std::size_t most;  // the limit for all clients together
  // The share of one client, once all clients together have reached `most`.
  std::size_t of_one_client;
};
inline constexpr PutBound kHistories{1000, 100};       // per era
inline constexpr PutBound kPartialsOfSegment{16, 2};   // for versions of one .partial
inline constexpr PutBound kBackupsOfSegment{100, 10};  // .backup files
inline constexpr PutBound kPiecesOfSegment{16, 2};
inline constexpr PutBound kPiecesOfFolder{100, 10};  // for each timeline and log number

// Call it before the body is received. `client` is the client that puts the file. Returns nullopt
// if there is room for one more file, or if this file already exists.
std::optional<Refusal> refuse_too_many(BackendReader& backend, const EraName& era,
                                       const PutFile& put, const std::string& client);
// Like refuse_too_many(), but for an incomplete segment. Only the body shows that a segment is
// incomplete.
std::optional<Refusal> refuse_too_many_pieces(BackendReader& backend, const EraName& era,
                                              const PutFile& put, const std::string& client);

}  // namespace walstow
