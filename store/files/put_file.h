// One file on its way into the archive. What success means is guarantee 1 of docs/guarantees.md:
// the object was written, what is kept was unfolded again and matches the client's digest and the
// file's name, it is durable, and it has its name in one step that never replaces.
//
// Blocking; one put is used by one thread at a time. Errors: as Upload in store/files/reply.h.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "proto/wire/command.h"
#include "store/archive/archive.h"
#include "store/files/recent_edges.h"
#include "store/files/reply.h"
#include "store/files/timeline_permits.h"
#include "store/files/timeline_watch.h"

namespace walstow {

struct PutContext {
  std::shared_ptr<Archive> archive;
  PutFile put;
  std::string client;         // who puts it
  RecentEdges& recent_edges;  // of the segments before; outlives the put
  TimelinePermits& permits;   // outlives the put
  int compression_level = 1;
  // Of a system that the cluster knows; outlives the call. Empty: nothing is to be done.
  std::function<void()> once_known = {};
  TimelineWatch* timelines = nullptr;  // who opens them; outlives the put; nullptr: nobody looks
};

// Looks before the body is taken: a file that stands already is answered at once (200 or 409), one
// that cannot be taken is refused; otherwise the upload.
HandlerResult begin_put(PutContext context);

}  // namespace walstow
