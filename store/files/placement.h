// Decides under which name the store keeps a file whose bytes were proven. The decision depends on
// the object that already has the file's name:
//
//   no object         it becomes FILE, unless it is an incomplete segment with stale pages
//   the same content  success, with the same promise as for a new file. Before the body arrives,
//                     it requires an existing object that the same client has put. With the body,
//                     all bytes must be equal. Between two clients a digest alone proves nothing
//                     (store/files/side_content.h)
//   a damaged object  its bytes are kept below "_aside", and the incoming file becomes FILE
//   other content     two segments are compared page by page (proto/wal/segment_end.h):
//                       the same for every reader      -> success
//                       the incoming one is incomplete -> kept as FILE.incomplete.DIGEST, success
//                       the existing one is incomplete -> the incoming one becomes FILE, success
//                       anything else                  -> refused, and kept for the administrator
//
// Why success is safe although the bytes differ: a server that replays FILE reads every byte up to
// the end of the log in it, and none after that end. Up to that end, the two files are equal. No
// acknowledged file is lost: before an object loses its name, a durable copy of it exists.
//
// FILE changes from an incomplete segment to the whole one in three steps. The incomplete segment
// becomes durable as FILE.incomplete.DIGEST; FILE is replaced in one step; the client receives its
// answer. A crash after the first step leaves one object too many. A crash after the second step is
// like any crash before an acknowledgement: the client puts again, and the store finds the same
// content. FILE is never absent.
//
// Blocking. Errors: as for Upload in store/files/reply.h.
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
  enum class Result { kNew, kExisted };
  Result result = Result::kNew;
  // The digest of the object under `name`. Usually that of the put. It is another digest if the
  // existing segment and the incoming one have the same log, but differ in the bytes after its end.
  Digest digest;
  std::string name;               // as stored
  std::uint64_t stored_size = 0;  // bytes
};
using Placement = OrRefusal<PlacedFile>;

struct Placing {
  Placement answer;
  // Whether the archive now contains the staged object, perhaps under another name.
  bool is_stored = false;
};

// Only reads, and changes nothing. `claimed` is the content of `put`. Before its body has arrived,
// the claims in the head are not proven. Returns nullopt if the body is needed for the decision, or
// has to be stored.
std::optional<Placement> find_placement(BackendReader& backend, const EraName& era,
                                        const PutFile& put, ClaimedContent claimed);

// Returns whether an object has the name of `put`, whatever its content.
bool has_name(BackendReader& backend, const EraName& era, const PutFile& put);

// `staged` contains the bytes that `put` announces, and is proven. `end` is set for a segment, and
// nullopt for other files. Every file that this call acknowledges is durable on return. Refusals:
// kOtherContent; kOverQuota if there are too many incomplete segments.
Placing place(Archive& archive, const EraName& era, const PutFile& put, const std::string& client,
              StagedObject& staged, const std::optional<SegmentEnd>& end);

}  // namespace walstow
