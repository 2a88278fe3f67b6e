// Logs warnings after a successful put.
#pragma once

#include "proto/client/store_client.h"

namespace walstow {

// Logs up to three warnings: the store's own warning; that the file is stored as an incomplete
// segment, which no get returns; and, once a day, that the client certificate of `store` expires
// soon. `memory`, PostgreSQL's WAL folder, records the day of the last warning. If it is nullptr,
// the day is not recorded.
void warn_of_put(const PutReport& report, const StoreClient& store, FileSystem* memory);

}  // namespace walstow
