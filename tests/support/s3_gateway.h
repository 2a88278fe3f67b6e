// An S3 service for one test program: a Ceph RADOS Gateway on loopback, started at the first use
// and stopped when the program ends. A test that needs it fails where it cannot be started; it is
// never left out.
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

  // An archive's place of its own in the one bucket that there is; short deadlines.
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

// One request with the method and key (and query) that is signed as walstow's own are, for what
// walstow never does: make a bucket, put something foreign. Returns the status.
int raw_request(const S3Options& options, const std::string& method, const std::string& key,
                const std::string& body = "", std::map<std::string, std::string> query = {});

}  // namespace walstow
