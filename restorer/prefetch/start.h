// How a prefetcher comes into being: walstow-restore started once more, apart from everything that
// belongs to the server's command. It is the leader of a session of its own, its working directory
// is the root, and it has none of the server's descriptors: its log pipe could never close.
#pragma once

#include <span>
#include <string>

#include "proto/base/descriptor.h"

namespace walstow {

// The option that makes a call of walstow-restore the prefetcher.
inline constexpr const char* kPrefetchOption = "--prefetch";

// Where the new process finds a descriptor that is readable once the server has ended.
inline constexpr int kServerDescriptor = 3;

// Its log, in the spool folder; written anew by each.
inline constexpr const char* kPrefetchLog = "prefetch.log";

// Starts it with `arguments` (this program's own, the name included) and kPrefetchOption. "The
// server" is the leader of this call's session (asking_server.h); where there is none that lives,
// there is none to prefetch for. Does not wait for it. Throws Error{kStorage}.
void start_prefetcher(std::span<const char* const> arguments, const std::string& wal_folder);

// For the new process: SIGTERM, SIGINT and SIGHUP make the descriptor readable and do nothing else
// from now on. Before there are other threads.
Descriptor prefetcher_signals();

}  // namespace walstow
