// What an S3 service answers in XML. Pure. Throws Error{kUnavailable} for what is no such answer: a
// proxy's page must never read as an empty list, or as a proof that something is absent.
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
  std::string region;   // the bucket's, where it is the wrong one that is at fault; may be empty
};
// nullopt: the body of a refusal is no answer of an S3 service.
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

// Whether objects of the bucket have, or had, versions.
bool parse_s3_versioning(std::string_view body);

// The keys that were not removed, each with a reason, for a message; "" when all were.
std::string parse_s3_removal(std::string_view body);

// ETags go about with and without quotes.
std::string bare_etag(std::string_view etag);

}  // namespace walstow
