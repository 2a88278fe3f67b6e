// Whether a service keeps the conditions that everything in s3_backend.h rests on.
#pragma once

#include <chrono>
#include <string>

#include "store/backend/s3/conditional_puts.h"

namespace walstow {

// Removes what processes that were killed meanwhile have left below "_probe/" more than a day
// before `now`: a look at 1000 keys. Throws as S3Client.
void remove_stale_probes(S3Client& client, std::chrono::system_clock::time_point now);

// Tries them on an object of its own below "_probe/", which it removes again, and
// stale ones beside it. Returns what is wrong with the service, one clause, or "". Throws as
// S3Client.
std::string find_fault_with_service(S3Client& client, ConditionalPuts& puts);

// As probe_s3() in s3_backend.h.
void require_conditional_writes(S3Client& client, ConditionalPuts& puts);

// The same, unless a process of this host has found no fault with it within a day: each put over
// the local link is a process of its own. That is noted in the state folder, which is the archive's
// owner's alone; without one, each process tries. A walstowd that runs for months does not try
// again either.
void require_conditional_writes_once(S3Client& client, ConditionalPuts& puts);

}  // namespace walstow
