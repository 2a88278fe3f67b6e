// The signature of a request to an S3 service: AWS Signature Version 4, in its header form. Pure.
//
// Tested with AWS's published examples (tests/unit/store/backend/s3/sigv4_test.cc). libcurl has a
// signer, too, but the one in 7.88 signs removed headers and unescaped queries.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/codec/digest.h"

namespace walstow {

// These values must never appear in a message, a log or an argument list.
struct S3Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // set for temporary credentials; otherwise ""
};

struct S3Request {
  std::string method;                        // "PUT"
  std::string host;                          // as in the header: "HOST" or "HOST:PORT"
  std::string path;                          // unescaped: "/bucket/main/cluster.json"
  std::map<std::string, std::string> query;  // unescaped
  // The headers by their lower-case names, without "host" and without the headers that sign() adds.
  std::map<std::string, std::string> headers;
};

// Whether uri_escaped() leaves "/" as it is.
enum class Slash { kKept, kEscaped };
std::string uri_escaped(std::string_view text, Slash slash);
// Returns the query as text, such as "a=1&b=", in the order that the signature requires. Returns ""
// if there is no query.
std::string query_text(const std::map<std::string, std::string>& query);

// Returns the headers to send with the request, each as "name: value". They include the request's
// own headers, except "host". `payload_sha256` is the SHA-256 of the body, in lower-case hex.
std::vector<std::string> sign(const S3Request& request, std::string_view payload_sha256,
                              const S3Credentials& credentials, std::string_view region, Time now);

}  // namespace walstow
