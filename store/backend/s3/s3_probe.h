// Probes whether a service honours the conditions on which s3_backend.h builds.
#pragma once

#include <chrono>
#include <string>

#include "store/backend/s3/conditional_puts.h"

namespace walstow {

// Removes objects below "_probe/" that killed processes left more than a day before `now`. Examines
// at most 1000 keys. Errors: as S3Client.
void remove_stale_probes(S3Client& client, std::chrono::system_clock::time_point now);

// Tries the conditions on an object of its own below "_probe/", which it removes again, along with
// stale ones. Returns what is wrong with the service, one clause, or "". Errors: as S3Client.
std::string find_fault_with_service(S3Client& client, ConditionalPuts& puts);

// As probe_s3() in s3_backend.h.
void require_conditional_writes(S3Client& client, ConditionalPuts& puts);

// As require_conditional_writes(), unless a process on this host has found no fault with the
// service within a day: each put over the local link is its own process. A note in the state
// folder, which is private to the archive's owner, records it. Without a state folder each process
// probes. A walstowd that runs for months does not probe again either.
void require_conditional_writes_once(S3Client& client, ConditionalPuts& puts);

}  // namespace walstow
