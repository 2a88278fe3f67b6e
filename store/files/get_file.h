// Serves one file: the stored object as it is, or decompressed for clients that do not accept zstd.
// If there is no such file, the answer contains a proof of its absence. Blocking. Errors: as in
// store/backend/backend.h.
#pragma once

#include <memory>

#include "proto/wire/command.h"
#include "store/archive/archive.h"
#include "store/files/reply.h"

namespace walstow {

Reply get_file(const std::shared_ptr<Archive>& archive, const GetFile& get);

}  // namespace walstow
