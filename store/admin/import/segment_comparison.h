// Compares the logs of two segments with the same name, as the store does for a put.
#pragma once

#include "proto/files/file_system.h"
#include "proto/wal/segment_end.h"

namespace walstow {

// Reads both files, which must have the same size, to their ends. Throws what read_at() throws.
SegmentPair compare(FileContent& existing, FileContent& incoming);

}  // namespace walstow
