// What is to be said of a put that went well.
#pragma once

#include "proto/client/store_client.h"

namespace walstow {

// The store's own warning; that the file is kept as a piece that no get gives; and once a day that
// the certificate of `store` ends soon. The day is remembered in `memory`, PostgreSQL's folder of
// the log; nullptr: it is not.
void warn_of_put(const PutReport& report, const StoreClient& store, FileSystem* memory);

}  // namespace walstow
