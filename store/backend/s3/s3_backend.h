// An archive in an S3 bucket, with the same keys and bytes as an archive in a directory.
//
// S3 has no rename, no link and no lock. Everything here is based on its two conditional writes: a
// PUT that fails if an object exists (If-None-Match: *), and a PUT that fails unless the existing
// object is the one that was read (If-Match: ETAG). A service confirms a PUT only when it is
// durable.
//
//   publish, create_record    PUT if no object exists
//   update_record             read, change, PUT replacing what was read; repeated if that fails
//   replace_object            PUT replacing what was read
//   set_aside, remove_record  PUT of a mark, "vacant", replacing what was read. DELETE has no
//                             condition, and an abandoned DELETE may take effect later, when the
//                             key has another object. Every reader and list treats a vacant key as
//                             absent, and a later put replaces the mark.
//   remove_objects            DELETE, for objects that a prune removes: a repeated prune finds
//                             objects that arrived late
//
// S3.md lists each promise of backend.h, and explains why it holds even if several processes use
// the archive.
#pragma once

#include <memory>

#include "store/backend/backend.h"
#include "store/backend/s3/s3_options.h"

namespace walstow {

// The first stage() probes the service with the checks of probe_s3(); reading works without a
// probe. Throws Error{kUsage} if libcurl is missing.
std::unique_ptr<Backend> make_s3_backend(S3Options options);

// Throws Error{kStorage} with a hint unless the service honours the conditions of conditional
// writes in this bucket. Throws Error{kUnavailable} if the service cannot be asked. With
// S3Options::Probe::kAccept it only warns.
void probe_s3(const S3Options& options);

}  // namespace walstow
