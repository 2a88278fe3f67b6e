// Under which name a proven file comes to stand, when its own is free and when it is taken.
//
//   nothing stands    it is FILE; a piece of a segment with remains of another one behind it is not
//   the same          success, with the same promise as for a new one. Before the body: where the
//                     same client has put it. With the body: where all bytes are equal. Between two
//                     clients a digest alone proves nothing (store/files/side_content.h)
//   a damaged one     its bytes are kept below "_aside", and the newcomer is FILE
//   another content   of a segment, the two are compared page by page (proto/wal/segment_end.h):
//                       the same for every reader -> success
//                       the newcomer is a piece   -> kept as FILE.incomplete.DIGEST, success
//                       the standing one is       -> the newcomer becomes FILE, success
//                       anything else             -> refused, and kept for the administrator
//
// Why it is safe to say success for other bytes: whoever replays FILE reads each byte up to its end
// and none behind, and up to the newcomer's end the two are equal. Nothing that was acknowledged is
// removed: what gives up the name was copied, durably, before.
//
// The change of FILE from a piece to the whole is three steps: the piece is durable as
// FILE.incomplete.DIGEST; FILE is replaced in one step; the client is told. A crash after the
// first leaves an object too many, one after the second is what a crash before any acknowledgement
// is: the client asks again and finds the same content. FILE is never absent.
//
// Blocking. Errors: as Upload in store/files/reply.h.
#pragma once

#include <optional>
#include <string>

#include "proto/codec/digest.h"
#include "proto/wal/segment_end.h"
#include "proto/wire/command.h"
#include "proto/wire/or_refusal.h"
#include "store/files/side_content.h"

namespace walstow {

struct PlacedFile {
  enum class Result { kNew, kStood };
  Result result = Result::kNew;
  Digest digest;     // of what stands under `name`: another one where the rest of a segment differs
  std::string name;  // as stored
  std::uint64_t stored_size = 0;  // bytes
};
using Placement = OrRefusal<PlacedFile>;

struct Placing {
  Placement answer;
  bool is_stored = false;  // the staged object is in the archive now, be it beside its name
};

// A look that changes nothing. `client` puts the file; `body` is what it announces, proven, or
// nullptr before it is there: what a head claims is not proven. nullopt: the body is needed, or it
// is to be stored.
std::optional<Placement> find_placement(BackendReader& backend, const EraName& era,
                                        const PutFile& put, const std::string& client,
                                        StagedObject* body);

// `staged` holds what `put` announces, proven. `end` of a segment, else nullopt. What is
// acknowledged is durable on return. Refusals: kOtherContent; kOverQuota for one piece too many.
Placing place(Archive& archive, const EraName& era, const PutFile& put, const std::string& client,
              StagedObject& staged, const std::optional<SegmentEnd>& end);

}  // namespace walstow
