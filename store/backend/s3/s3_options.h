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

// Returns nullopt if the text is not an S3 address at all (but a folder's path). Throws
// Error{kUsage} if it is a malformed S3 address.
std::optional<S3Address> parse_s3_address(std::string_view archive);

struct S3Options {
  S3Address address;
  std::string endpoint;  // "http://HOST[:PORT]" or "https://HOST[:PORT]"
  std::string region;
  enum class Style { kPath, kHost } style = Style::kPath;  // where the bucket's name is in the URL
  std::string ca;                                          // a file; "": the system's authorities
  S3Credentials credentials;
  std::string scratch;  // folder for objects on their way into the bucket
  // A folder of this host that is private to the archive's owner. "": there is none.
  std::string state;
  Duration timeout{0};  // longest wait for the service's next byte
  // The longest time for one request, including its retries. Sending or reading a large object may
  // take additional time.
  Duration patience{0};
  enum class Probe {
    kRefuse,
    kAccept
  } probe = Probe::kRefuse;                                      // what to do with a service that
                                                                 // fails the probe
  std::function<Time()> clock = std::chrono::system_clock::now;  // for signatures
};

// Returns whether WAL would cross a network unencrypted: to another host, without TLS.
bool is_readable_on_the_way(std::string_view endpoint);
// Logs a warning if is_readable_on_the_way(). Daemons and one-time commands call it.
void warn_where_readable(const S3Options& options);

// Returns walstowd's settings for S3, as rows of its table of settings.
std::span<const Setting> s3_settings();

// `state` is a folder of this host, or "" if there is none. Reads AWS_* from the environment, and
// the credentials file. Throws Error{kUsage} for an option that is missing, wrong, or readable to
// others.
S3Options s3_options(const S3Address& address, const Settings& settings, const std::string& state);

}  // namespace walstow
