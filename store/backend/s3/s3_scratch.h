// Objects on their way into a bucket: in memory while there is room, which all of them share, and
// else in files of a scratch folder that nobody else can see. The service wants to know the hash of
// an object before its first byte, and a bucket has no place for halves.
//
// Nothing here is durable, nor need it be: what is acknowledged is in the bucket. Threads:
// S3Scratch any; a staged object as StagedObject says.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "proto/codec/digest.h"
#include "proto/files/file_system.h"
#include "store/backend/backend.h"
#include "store/backend/s3/s3_client.h"

namespace walstow {

class S3Scratch {
 public:
  // `folder` is made when it is needed, with mode 0700.
  explicit S3Scratch(std::string folder);

  // Throws Error{kUnavailable} where the folder cannot be used: the put may go better later, when
  // somebody has made room.
  FileSystem& files();

  static constexpr std::uint64_t kMemory = std::uint64_t{16} << 20;  // bytes, of all together
  // False: there is no room for that many more.
  bool reserve(std::uint64_t bytes);
  void give_back(std::uint64_t bytes) { taken_ -= bytes; }

 private:
  const std::string folder_;
  std::mutex mutex_;
  std::unique_ptr<FileSystem> files_;  // guarded by mutex_
  std::atomic<std::uint64_t> taken_ = 0;
};

class S3Staged final : public StagedObject {
 public:
  explicit S3Staged(S3Scratch& scratch);
  ~S3Staged() override;

  void write(ByteView bytes) override;
  std::uint64_t size() const override;
  std::unique_ptr<ObjectSource> read_back() override;
  // To be sent; lives no longer than this object. It is not written to any more then.
  S3Body body();

 private:
  class Content;
  class Source;
  std::shared_ptr<Content> content_;
  Sha256 hash_;
  std::optional<std::string> sha256_;  // once it is whole
};

}  // namespace walstow
