// Starts a prefetcher: another walstow-restore, independent of everything that belongs to the
// server's command. It leads a session of its own, and its working directory is the root. It has
// none of the server's descriptors: otherwise the server's log pipe could never close.
#pragma once

#include <span>
#include <string>

#include "proto/base/descriptor.h"

namespace walstow {

// The option that makes a call of walstow-restore the prefetcher.
inline constexpr const char* kPrefetchOption = "--prefetch";

// The new process's number for a descriptor that is readable after the server has ended.
inline constexpr int kServerDescriptor = 3;

// Its log, in the spool folder; each prefetcher overwrites it.
inline constexpr const char* kPrefetchLog = "prefetch.log";

// Starts it with `arguments` (this program's own, including the name) and kPrefetchOption. "The
// server" is the leader of this call's session (asking_server.h). If no such leader lives, there is
// no server to prefetch for. Does not wait for the prefetcher. Throws Error{kStorage}.
void start_prefetcher(std::span<const char* const> arguments, const std::string& wal_folder);

// For the new process: from now on, SIGTERM, SIGINT and SIGHUP only make the descriptor readable.
// Call it before there are other threads.
Descriptor prefetcher_signals();

}  // namespace walstow
