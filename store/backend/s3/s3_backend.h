// An archive in a bucket of an S3 service: the keys and the bytes of an archive in a directory.
//
// S3 has no rename, no link and no lock, but two conditional writes, and all of it rests on them: a
// PUT that fails where something stands (If-None-Match: *), and one that fails unless what stands
// is what was read (If-Match: ETAG). A service has confirmed a PUT only when it is durable.
//
//   publish, create_record    PUT where nothing stands
//   update_record             read, change, PUT in the place of what was read; else once more
//   replace_object            PUT in the place of what was read
//   set_aside, remove_record  PUT of a mark, "vacant", in the place of what was read. DELETE has no
//                             condition, and one that was given up may take effect later, when
//                             something else stands there. Every reader and list takes a vacant key
//                             for absent, and what is put there replaces the mark.
//   remove_objects            DELETE: of what a prune gives up, and a prune that is done again
//                             finds what came late
//
// S3.md has each promise of backend.h, and why it holds among several processes.
#pragma once

#include <memory>

#include "store/backend/backend.h"
#include "store/backend/s3/s3_options.h"

namespace walstow {

// Its first stage() probes the service, as probe_s3() does; reading works without. Throws
// Error{kUsage} where libcurl is missing.
std::unique_ptr<Backend> make_s3_backend(S3Options options);

// Throws Error{kStorage} with a hint unless the service keeps a conditional write's condition, in
// this bucket; and Error{kUnavailable} where it cannot be asked. With S3Options::Probe::kAccept it
// only warns.
void probe_s3(const S3Options& options);

}  // namespace walstow
