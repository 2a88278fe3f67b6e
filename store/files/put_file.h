// Puts one file into the archive. docs/guarantees.md defines success (guarantee 1): the object has
// been written, decompressed again, and matched against the client's digest and the file's name.
// The object is durable, and received its name in one step that never replaces another object.
//
// Blocking; one thread at a time may use a put. Errors: as for Upload in store/files/reply.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "proto/wire/command.h"
#include "store/archive/archive.h"
#include "store/files/recent_edges.h"
#include "store/files/reply.h"
#include "store/files/timeline_permits.h"
#include "store/files/timeline_watch.h"
#include "store/inventory/times_index.h"

namespace walstow {

struct PutContext {
  std::shared_ptr<Archive> archive;
  PutFile put;
  std::string client;         // the client that puts the file
  RecentEdges& recent_edges;  // edges of the preceding segments; must outlive the put
  TimelinePermits& permits;   // must outlive the put
  TimesIndex& times;          // must outlive the put
  int compression_level = 1;
  // Called once the put is known to be from a system of this cluster. May be empty. The function
  // must remain valid after begin_put() returns.
  std::function<void()> once_known = {};
  TimelineWatch* timelines = nullptr;       // must outlive the put; nullptr: nothing is detected
  std::optional<Sha256Digest> sha256 = {};  // of the file, if the client has sent it
};

// Answers whether the archive has the content that `context.put` describes, and changes nothing. A
// positive answer makes the promise of a put.
Reply confirm_file(const PutContext& context);

// Decides before it accepts the body. If the same client has put this content before, it answers at
// once with 200. If the file cannot be stored, it refuses the put. Otherwise it returns the upload:
// store/files/placement.h describes what happens if another file has the name.
HandlerResult begin_put(PutContext context);

}  // namespace walstow
