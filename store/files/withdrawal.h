// Takes a whole object out of the archive again, by an administrator's word alone: a made-up
// history, a segment far ahead, what a server that was started by mistake has put.
//
//   withdraw   1. the record: durable           from here on no put of that content is acknowledged
//              2. a copy below "_aside": proven, durable
//              3. the object is taken from its name, durably
//   put        reads the record before the body, and again once its object has a name or is found
//              to have it: of a put and a withdrawal that meet, one sees the other
//   purge      1. the record says "purged"
//              2. the copies below "_aside" are removed, durably: no return after that
//   return     1. the record says "returning"   from here on puts are taken as ever
//              2. the object gets its name back, proven, never in the place of another content
//              3. the record goes
//
// Whatever ends one of them, doing it again completes it, also where the record cannot be read: it
// is made anew from the object. Nothing is deleted but by a purge: what was acknowledged
// once lies below "_aside" as a whole. Only exactly the content that the administrator saw is
// taken. Blocking. Errors: as store/backend/backend.h.
#pragma once

#include <optional>
#include <string>

#include "proto/wire/command.h"
#include "proto/wire/withdraw_report.h"
#include "store/archive/archive.h"

namespace walstow {

// The contents of one name: what stands, and what was withdrawn; or all that was withdrawn.
WithdrawnPage show_withdrawn(const Archive& archive, const ListWithdrawn& list);

// `by` says so at `now`. Durable on return. The refusal: kNoSuchContent, kDamaged.
OrRefusal<WithdrawnReport> withdraw_file(const Archive& archive, const WithdrawFile& withdraw,
                                         const std::string& by, Time now);

// The same. The refusal: kNoSuchRecord, kOtherContent.
OrRefusal<WithdrawnReport> return_file(const Archive& archive, const ReturnFile& back,
                                       const std::string& by);

// Removes for good what is kept of a content that is withdrawn; puts of it are refused as before.
// The refusal: kNoSuchRecord; kDamaged where the record or its withdrawal is not whole.
OrRefusal<WithdrawnReport> purge_file(const Archive& archive, const PurgeFile& purge,
                                      const std::string& by);

// For a put whose content stands under `stored_name` now: where it was withdrawn meanwhile, takes
// it away again and returns the refusal.
std::optional<Refusal> take_back_withdrawn(const Archive& archive, const EraName& era,
                                           const PutFile& put, const std::string& stored_name);

}  // namespace walstow
