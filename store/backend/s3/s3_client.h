// What an archive in a bucket reads, lists and removes. Keys are the bucket's, prefix included.
//
// Errors: Error{kUnavailable} with what the service said. Never "absent" without its own word for
// it (404 with the code NoSuchKey). Threads: any. All calls block.
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

// What stands under a key, by the head of an answer.
struct S3Head {
  std::string etag;    // without quotes
  std::string writes;  // the marks of the last writes, newest last; "" where they got lost
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
  // From `offset` on, which is smaller than the object or 0. nullopt: absent.
  std::optional<Opened> get(const std::string& key, std::uint64_t offset = 0);

  // nullopt: nothing was found, which is no proof.
  std::optional<S3Head> head(const std::string& key);

  // Also where nothing stands.
  void remove(const std::string& key);
  void remove_all(const std::vector<std::string>& keys);

  struct ListQuery {
    std::string prefix, after, delimiter;
    std::size_t limit = 1000;  // 1 to 1000
  };
  S3List list(const ListQuery& query);

  bool has_versions();

 private:
  S3Service service_;
};

}  // namespace walstow
