// Parsers for an S3 service's answers in XML. Pure. They throw Error{kUnavailable} for any other
// text: a proxy's page must never count as an empty list, or as a proof of absence.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"

namespace walstow {

struct S3Fault {
  std::string code;     // "NoSuchKey"
  std::string message;  // may be empty
  // The region of the bucket, if the request had the wrong one; may be empty.
  std::string region;
};
// Returns nullopt if the body of a refusal is not the answer of an S3 service.
std::optional<S3Fault> parse_s3_fault(std::string_view body);

struct S3Listed {
  std::string key;
  std::string etag;  // without quotes
  std::uint64_t size = 0;
  Time modified;
};
struct S3List {
  std::string bucket;
  std::vector<S3Listed> contents;
  std::vector<std::string> folders;  // common prefixes, with their delimiter
  bool is_truncated = false;
};
S3List parse_s3_list(std::string_view body);

// Returns whether objects in the bucket have, or had, versions.
bool parse_s3_versioning(std::string_view body);

// Returns the keys that were not removed, each with a reason, for a message. Returns "" if all were
// removed.
std::string parse_s3_removal(std::string_view body);

// Removes an ETag's quotes: some services send them, others do not.
std::string bare_etag(std::string_view etag);

}  // namespace walstow
