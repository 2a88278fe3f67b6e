#include "store/s3/s3_probe.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/layout.h"
#include "store/s3/s3_text.h"

namespace walstow {

std::string find_fault_with_service(S3Client& client) {
  using PutResult = S3Client::PutResult;
  if (client.has_versions()) {
    // Ceph and others keep no condition then: both writers are told that theirs is the one.
    return "the bucket has versioning on, or had it: such a bucket replaces what stands";
  }
  const std::string key = client.options().address.prefix + layout::probe_key(random_hex(8));
  const std::string first_text = "first", second_text = "second", third_text = "third";
  const PutResult first = client.put_new(key, text_body(first_text));
  const PutResult second = client.put_new(key, text_body(second_text));
  const auto stands = client.head(key);
  std::string fault;
  if (first != PutResult::kDone) {
    fault = "it refuses a new object";
  } else if (second != PutResult::kOther || !stands || stands->size != first_text.size()) {
    fault = "it replaces what stands (it ignores If-None-Match)";
  } else if (client.put_over(key, text_body(second_text), *stands) != PutResult::kDone) {
    fault = "it does not replace what was read (it does not know If-Match)";
  } else if (client.put_over(key, text_body(third_text), *stands) != PutResult::kOther) {
    fault = "it replaces what was not read (it ignores If-Match)";
  }
  client.remove(key);
  return fault;
}

void require_conditional_writes(S3Client& client) {
  const std::string fault = find_fault_with_service(client);
  if (fault.empty()) return;
  const S3Options& options = client.options();
  const std::string what = fmt::format("bucket \"{}\" of {} cannot keep an archive: {}",
                                       options.address.bucket, options.endpoint, fault);
  if (options.probe == S3Options::Probe::kAccept) {
    log_line(LogLevel::kWarning, what,
             "It is used all the same, as \"s3.probe\" says: two writers may then replace one "
             "another's files.");
    return;
  }
  throw Error(ErrorKind::kStorage, what,
              "Use a bucket without versioning, and a service with conditional writes; STORAGE.md "
              "names some. \"s3.probe = accept\" does without, and without the promises.");
}

}  // namespace walstow
