// Withdraws a whole object from the archive. Only an administrator can order it: for a made-up
// history, for a segment far ahead, or for the files of a server that was started by mistake.
//
//   withdraw   1. the record becomes durable     from now on no put of that version is acknowledged
//              2. a copy below "_aside" is proven and durable
//              3. the object is durably removed from its name
//   put        reads the record before the body, and again once its object has the name. If a put
//              and a withdrawal run at the same time, at least one of them sees the other
//   purge      1. the record has the state "purged"
//              2. the copies below "_aside" are durably removed: no return is possible after that
//   return     1. the record has the state "returning"     from now on puts are accepted again
//              2. the object gets its name back, proven, and never replaces other content
//              3. the record is removed
//
// An interrupted withdrawal, purge or return is completed by repeating it. If its record cannot be
// read, the record is created again from the object. Only a purge deletes anything: until then,
// content that was acknowledged exists whole below "_aside". Only the exact version that the
// administrator saw is withdrawn. Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <optional>
#include <string>

#include "proto/wire/command.h"
#include "proto/wire/withdraw_report.h"
#include "store/archive/archive.h"

namespace walstow {

// If `list` names a file, returns its existing and its withdrawn versions. Otherwise, returns all
// withdrawn versions.
WithdrawnPage show_withdrawn(const Archive& archive, const ListWithdrawn& list);

// The administrator `by` withdraws the version at the time `now`. The withdrawal is durable on
// return. Refuses with kNoSuchContent or kDamaged.
OrRefusal<WithdrawnReport> withdraw_file(const Archive& archive, const WithdrawFile& withdraw,
                                         const std::string& by, Time now);

// The administrator `by` returns the version at the time `now`. The result is durable when the call
// returns. Refuses with kNoSuchRecord or kOtherContent.
OrRefusal<WithdrawnReport> return_file(const Archive& archive, const ReturnFile& back,
                                       const std::string& by);

// Permanently removes the kept copies of a withdrawn version. Puts of that version are still
// refused. Refuses with kNoSuchRecord, or with kDamaged if the record or its withdrawal is
// incomplete.
OrRefusal<WithdrawnReport> purge_file(const Archive& archive, const PurgeFile& purge,
                                      const std::string& by);

// Call it for a put whose content now has the name `stored_name`. If that content has been
// withdrawn meanwhile, withdraws it again and returns the refusal.
std::optional<Refusal> take_back_withdrawn(const Archive& archive, const EraName& era,
                                           const PutFile& put, const std::string& stored_name);

}  // namespace walstow
