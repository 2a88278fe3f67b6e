// The signature of a request to an S3 service: AWS Signature Version 4, in its header form. Pure.
//
// Checked against the examples that AWS has published (tests/unit/store/backend/s3/sigv4_test.cc).
// libcurl has a signer of its own; the one of 7.88 signs removed headers, and queries unescaped.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/codec/digest.h"

namespace walstow {

// Never in a message, a log or an argument list.
struct S3Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // of temporary credentials, else ""
};

struct S3Request {
  std::string method;                        // "PUT"
  std::string host;                          // as the header says it: "HOST" or "HOST:PORT"
  std::string path;                          // not escaped yet: "/bucket/main/cluster.json"
  std::map<std::string, std::string> query;  // not escaped yet
  // By lower-case name, without "host" and without what sign() adds.
  std::map<std::string, std::string> headers;
};

// What a URL may have unescaped, and "/" where `slash` says so.
enum class Slash { kKept, kEscaped };
std::string uri_escaped(std::string_view text, Slash slash);
// "a=1&b=" in the order of the signature; "" for none.
std::string query_text(const std::map<std::string, std::string>& query);

// The headers that go with the request, all of its own included, "host" not: each "name: value".
// `payload_sha256` is lower-case hex, of the body.
std::vector<std::string> sign(const S3Request& request, std::string_view payload_sha256,
                              const S3Credentials& credentials, std::string_view region, Time now);

}  // namespace walstow
