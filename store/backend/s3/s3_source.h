#pragma once

#include <memory>
#include <string>

#include "store/backend/backend.h"
#include "store/backend/s3/s3_client.h"

namespace walstow {

// Reads an object's bytes as they arrive from the service. If the connection breaks, it continues
// with the next byte of the same object, up to five times. After that, or if the object was
// replaced or removed, it throws Error{kUnavailable}. Only one thread at a time may use it.
class S3Source final : public ObjectSource {
 public:
  S3Source(std::shared_ptr<S3Client> client, std::string key, S3Client::Opened opened,
           std::string beginning)
      : client_(std::move(client)),
        key_(std::move(key)),
        head_(std::move(opened.head)),
        body_(std::move(opened.body)),
        beginning_(std::move(beginning)) {}

  std::uint64_t size() const override { return head_.size; }
  void rewind() override;
  std::size_t read(MutableByteView out) override;
  const S3Head& head() const { return head_; }

 private:
  void resume();

  // A shared pointer, because the source may be read to its end after the backend is destroyed.
  const std::shared_ptr<S3Client> client_;
  const std::string key_;  // the key in the bucket
  const S3Head head_;
  // The rest of the object: from offset_, or after beginning_. May be nullptr.
  std::unique_ptr<HttpExchange> body_;
  const std::string beginning_;  // bytes that were already read
  std::uint64_t offset_ = 0;
  int resumed_ = 0;
};

}  // namespace walstow
