// Where an archive in a bucket is, and how its service is asked.
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

// Of "s3://BUCKET[/PREFIX]".
struct S3Address {
  std::string bucket;
  std::string prefix;  // "" or "PREFIX/"
  bool operator==(const S3Address&) const = default;
};

// nullopt: not an address of this form at all (a folder's path). Throws Error{kUsage} for one that
// is wrong.
std::optional<S3Address> parse_s3_address(std::string_view archive);

struct S3Options {
  S3Address address;
  std::string endpoint;  // "http://HOST[:PORT]" or "https://HOST[:PORT]"
  std::string region;
  enum class Style { kPath, kHost } style = Style::kPath;  // where the bucket's name goes
  std::string ca;                                          // file; "": the system's authorities
  S3Credentials credentials;
  std::string scratch;   // folder for objects on their way into the bucket
  std::string state;     // folder of this host's that is the archive's owner's alone; "": none
  Duration timeout{0};   // longest wait for the next byte of the service
  Duration patience{0};  // longest time for one question, asked again included; sending and reading
                         // a large object takes its own time
  enum class Probe { kRefuse, kAccept } probe = Probe::kRefuse;  // a service that fails the probe
  std::function<Time()> clock = std::chrono::system_clock::now;  // requests are signed by it
};

// Whether WAL goes over a network in clear: to another host, without TLS.
bool is_readable_on_the_way(std::string_view endpoint);
// A warning on the log where it does. For what runs long, and for what is done once.
void warn_where_readable(const S3Options& options);

// The settings of walstowd that are about S3: rows for its table.
std::span<const Setting> s3_settings();

// `state`: a folder of this host's, "" for none. Reads AWS_* of the environment, and the
// credentials file. Throws Error{kUsage} for what is missing, wrong, or readable to others.
S3Options s3_options(const S3Address& address, const Settings& settings, const std::string& state);

}  // namespace walstow
