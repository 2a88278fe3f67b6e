// Warnings after a successful put.
#pragma once

#include "proto/client/store_client.h"

namespace walstow {

// Logs three warnings: the store's own one; that the file is stored as an incomplete segment that
// no get returns; and, once a day, that the certificate of `store` expires soon. `memory`,
// PostgreSQL's WAL folder, records the day; nullptr: nothing does.
void warn_of_put(const PutReport& report, const StoreClient& store, FileSystem* memory);

}  // namespace walstow
