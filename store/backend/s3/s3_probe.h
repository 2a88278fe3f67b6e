// Probes whether a service honours the conditional writes on which s3_backend.h depends.
#pragma once

#include <chrono>
#include <string>

#include "store/backend/s3/conditional_puts.h"

namespace walstow {

// Removes objects below "_probe/" that killed processes left more than a day before `now`. Examines
// at most 1000 keys. Errors: as in S3Client.
void remove_stale_probes(S3Client& client, std::chrono::system_clock::time_point now);

// Tries the conditions on a new object below "_probe/". Removes that object afterwards, along with
// stale ones. Returns one clause about what is wrong with the service, or "" if nothing is. Errors:
// as S3Client.
std::string find_fault_with_service(S3Client& client, ConditionalPuts& puts);

// Like probe_s3() in s3_backend.h, but with an existing client.
void require_conditional_writes(S3Client& client, ConditionalPuts& puts);

// Like require_conditional_writes(), but does nothing if a process on this host has found no fault
// with the service within the last day: over the local link, each put has its own process. A file
// in the state folder, which is private to the archive's owner, records the time. Without a state
// folder, each process probes once. Even a walstowd that runs for months does not probe again.
void require_conditional_writes_once(S3Client& client, ConditionalPuts& puts);

}  // namespace walstow
