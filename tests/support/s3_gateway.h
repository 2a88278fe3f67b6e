// An S3 service for one test program: a Ceph RADOS Gateway on loopback, started on first use and
// stopped when the program ends. If it cannot be started, a test that needs it fails; it is never
// skipped.
#pragma once

#include <map>
#include <string>

#include "store/backend/s3/s3_options.h"

namespace walstow {

class S3Gateway {
 public:
  static S3Gateway& instance();

  S3Gateway(const S3Gateway&) = delete;
  S3Gateway& operator=(const S3Gateway&) = delete;
  ~S3Gateway();

  // A location of its own for one archive, in the only bucket; short deadlines.
  S3Options options();

  const std::string& endpoint() const { return endpoint_; }
  // "kill", "pause", "resume" or "up".
  void control(const std::string& verb, const std::string& daemon = "rgw");

 private:
  S3Gateway();

  std::string folder_;
  std::string endpoint_, access_key_, secret_key_;
  int archives_ = 0;
};

// Sends one request with the method and key (and query), signed as walstow's own are. For requests
// that walstow never sends: to make a bucket, to put a foreign object. Returns the status.
int raw_request(const S3Options& options, const std::string& method, const std::string& key,
                const std::string& body = "", std::map<std::string, std::string> query = {});

}  // namespace walstow
