// The signature of a request to an S3 service: AWS Signature Version 4, in its header form. Pure.
//
// Tested with AWS's published examples (tests/unit/store/backend/s3/sigv4_test.cc). libcurl has its
// own signer, but the one of 7.88 signs removed headers and unescaped queries.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/codec/digest.h"

namespace walstow {

// Must never appear in a message, a log or an argument list.
struct S3Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // for temporary credentials, else ""
};

struct S3Request {
  std::string method;                        // "PUT"
  std::string host;                          // as in the header: "HOST" or "HOST:PORT"
  std::string path;                          // unescaped: "/bucket/main/cluster.json"
  std::map<std::string, std::string> query;  // unescaped
  // By lower-case name, without "host" and without those that sign() adds.
  std::map<std::string, std::string> headers;
};

// Which characters a URL may have unescaped; `slash` decides about "/".
enum class Slash { kKept, kEscaped };
std::string uri_escaped(std::string_view text, Slash slash);
// "a=1&b=" in the order of the signature. "": no query.
std::string query_text(const std::map<std::string, std::string>& query);

// The headers to send with the request, including all of its own except "host", each "name: value".
// `payload_sha256` is the body's, in lower-case hex.
std::vector<std::string> sign(const S3Request& request, std::string_view payload_sha256,
                              const S3Credentials& credentials, std::string_view region, Time now);

}  // namespace walstow
