// Where an archive's bucket is, and how to reach its service.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/deadline.h"
#include "proto/program/settings.h"
#include "store/backend/s3/sigv4.h"

namespace walstow {

// The parts of "s3://BUCKET[/PREFIX]".
struct S3Address {
  std::string bucket;
  std::string prefix;  // "" or "PREFIX/"
  bool operator==(const S3Address&) const = default;
};

// nullopt: not an S3 address at all (a folder's path). Throws Error{kUsage} for a malformed one.
std::optional<S3Address> parse_s3_address(std::string_view archive);

struct S3Options {
  S3Address address;
  std::string endpoint;  // "http://HOST[:PORT]" or "https://HOST[:PORT]"
  std::string region;
  enum class Style { kPath, kHost } style = Style::kPath;  // where the bucket's name appears
  std::string ca;                                          // file; "": the system's authorities
  S3Credentials credentials;
  std::string scratch;   // folder for objects on their way into the bucket
  std::string state;     // folder of this host that is private to the archive's owner; "": none
  Duration timeout{0};   // longest wait for the service's next byte
  Duration patience{0};  // longest time for one request, with its retries; sending and reading a
                         // large object takes additional time
  enum class Probe { kRefuse, kAccept } probe = Probe::kRefuse;  // a service that fails the probe
  std::function<Time()> clock = std::chrono::system_clock::now;  // for signatures
};

// Whether WAL crosses a network in clear text: to another host, without TLS.
bool is_readable_on_the_way(std::string_view endpoint);
// Logs a warning if so. For programs that run long, and for one-time actions.
void warn_where_readable(const S3Options& options);

// The settings of walstowd that are about S3: rows for its table.
std::span<const Setting> s3_settings();

// `state`: a folder of this host, "" for none. Reads AWS_* from the environment, and the
// credentials file. Throws Error{kUsage} for an option that is missing, wrong, or readable to
// others.
S3Options s3_options(const S3Address& address, const Settings& settings, const std::string& state);

}  // namespace walstow
