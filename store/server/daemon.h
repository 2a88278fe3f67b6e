// The store as a service: HTTP/1.1 over TLS 1.3 with client certificates, for many clients at once.
//
// Threads: a few threads do the I/O, and each connection runs on one of them at a time. A pool of
// workers does everything that touches the archive, so that an fsync blocks no other connection.
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
  std::vector<HostPort> listen;          // at least one
  std::vector<HostPort> metrics_listen;  // serves metrics only, over plain HTTP; may be empty
  TlsFiles tls;
  int compression_level = 1;
  SessionLimits limits;
  Duration handshake{0};  // longest time for a TLS handshake
  // When the daemon stops, the longest time for open requests.
  Duration stop{0};
  std::uint64_t connections = 0;                // maximum number of connections
  std::uint64_t connections_of_one_client = 0;  // maximum number for each client
  unsigned io_threads = 1, workers = 1;
  // The time between two prunes by the clusters' policies; 0: no such prunes.
  Duration prune_interval{0};
};

// Serves until SIGTERM or SIGINT: then it accepts no more connections, finishes the open requests,
// and returns. At SIGHUP it calls `reload` for new options. If that throws an Error, or if the new
// certificates cannot be used, nothing changes. A reload ignores archive, listen, metrics_listen,
// compression_level, prune_interval and the numbers of threads: a change of these needs a restart.
//
// Throws Error{kUsage} if it cannot begin (a bad certificate, an address that is in use), and
// Error{kFatal} if the archive can no longer promise durability.
void run_daemon(const DaemonOptions& options, const std::function<DaemonOptions()>& reload,
                const ServiceManager& manager);

}  // namespace walstow
