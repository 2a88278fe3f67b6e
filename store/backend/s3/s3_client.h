// Reads, lists and removes the objects of an archive in a bucket. Its keys are the keys in the
// bucket, so they include the prefix.
//
// Errors: Error{kUnavailable} with the service's explanation. No function returns "absent" unless
// the service itself has reported it (404 with the code NoSuchKey). Threads: any. All calls block.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/backend/s3/s3_service.h"

namespace walstow {

// The header with the marks of an object's writes (store/backend/s3/conditional_puts.h).
inline constexpr const char* kS3Writes = "x-amz-meta-walstow-writes";

// The existing object under a key, according to the head of an answer.
struct S3Head {
  std::string etag;  // without quotes
  // The marks of the last writes, the newest last; "" if they were lost.
  std::string writes;
  std::uint64_t size = 0;
};

class S3Client {
 public:
  explicit S3Client(S3Options options) : service_(std::move(options)) {}

  const S3Options& options() const { return service_.options(); }
  S3Service& service() { return service_; }

  struct Opened {
    S3Head head;
    std::unique_ptr<HttpExchange> body;
  };
  // Returns the object's bytes from `offset` onward (0, or smaller than the object). `head.size` is
  // the number of bytes from `offset` onward. Returns nullopt if the object is absent.
  std::optional<Opened> get(const std::string& key, std::uint64_t offset = 0);

  // Returns nullopt if the service found nothing. This does not prove absence.
  std::optional<S3Head> head(const std::string& key);

  // Removing an absent object succeeds. remove_all() takes at most kMostRemovals strings. Each
  // string must be a key, because remove_all() does not escape them. After an Error, some objects
  // are removed and others are not.
  void remove(const std::string& key);
  void remove_all(const std::vector<std::string>& keys);

  struct ListQuery {
    std::string prefix, after, delimiter;
    std::size_t limit = 1000;  // 1 to 1000
  };
  S3List list(const ListQuery& query);

  // Returns whether versioning is, or was, enabled for the bucket.
  bool has_versions();

 private:
  S3Service service_;
};

}  // namespace walstow
