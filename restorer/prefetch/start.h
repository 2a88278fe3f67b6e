// Starts a prefetcher: another walstow-restore, which does not depend on anything of the server's
// command. The new process has a session of its own, and its working directory is "/". It inherits
// none of the server's descriptors: otherwise the server's log pipe would never close.
#pragma once

#include <span>
#include <string>

#include "proto/base/descriptor.h"

namespace walstow {

// The option with which walstow-restore runs as the prefetcher.
inline constexpr const char* kPrefetchOption = "--prefetch";

// In the new process, the number of a descriptor that becomes readable when the server has ended.
inline constexpr int kServerDescriptor = 3;

// The prefetcher's log, in the spool folder; each prefetcher overwrites it.
inline constexpr const char* kPrefetchLog = "prefetch.log";

// Starts the prefetcher with `arguments` (the arguments of this program, including its name) and
// kPrefetchOption. "The server" is the leader of this call's session (asking_server.h). If that
// leader has ended, there is no server to prefetch for. Does not wait for the prefetcher. Throws
// Error{kStorage}.
void start_prefetcher(std::span<const char* const> arguments, const std::string& wal_folder);

// Call it in the new process, before there are other threads. From then on, SIGTERM, SIGINT and
// SIGHUP only make the returned descriptor readable.
Descriptor prefetcher_signals();

}  // namespace walstow
