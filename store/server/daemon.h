// The store as a service: HTTP/1.1 over TLS 1.3 with client certificates, for many clients at once.
//
// Threads: I/O on a few, each connection on one at a time; everything that touches the archive on a
// pool of workers, so that an fsync keeps nobody else waiting.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "proto/link/store_address.h"
#include "proto/link/tls/tls_context.h"
#include "store/archive/archive_location.h"
#include "store/server/service_manager.h"
#include "store/server/session.h"

namespace walstow {

struct DaemonOptions {
  ArchiveLocation archive;
  std::vector<HostPort> listen;  // at least one
  TlsFiles tls;
  int compression_level = 1;
  SessionLimits limits;
  Duration handshake{0};                        // longest time for TLS to stand
  Duration stop{0};                             // for requests under way to end when it stops
  std::uint64_t connections = 0;                // at once, at most
  std::uint64_t connections_of_one_client = 0;  // the same
  unsigned io_threads = 1, workers = 1;
  Duration prune_interval{0};  // from one look at the clusters' policies to the next; 0: none
};

// Serves until SIGTERM or SIGINT: then it takes no more connections, finishes the requests that are
// under way, and returns. At SIGHUP `reload` is asked for new options; if it throws an Error, or
// their certificates cannot be used, everything stays as it was. Of the new options archive,
// listen, compression_level, prune_interval and the threads do not count: they need a restart.
//
// Throws Error{kUsage} where it cannot begin (a certificate, an address that is taken), and
// Error{kFatal} when the archive can no longer promise durability.
void run_daemon(const DaemonOptions& options, const std::function<DaemonOptions()>& reload,
                const ServiceManager& manager);

}  // namespace walstow
