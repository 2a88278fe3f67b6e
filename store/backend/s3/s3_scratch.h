// Holds objects that are staged for a bucket. They are in memory while there is room, and otherwise
// in files of a scratch folder that nobody else can read. The service requires an object's hash
// before its first byte, and a bucket cannot hold partial objects.
//
// Nothing here is durable. It need not be, because acknowledged objects are in the bucket. Threads:
// any thread may use an S3Scratch; a staged object follows the rules of StagedObject.
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
  // `folder` is created on first use, with mode 0700.
  explicit S3Scratch(std::string folder);

  // Throws Error{kUnavailable} if the folder cannot be used: the put may succeed later, when there
  // is room.
  FileSystem& files();

  // The memory for all objects together, in bytes.
  static constexpr std::uint64_t kMemory = std::uint64_t{16} << 20;
  // Returns false if there is no room for `bytes` more.
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
  // Returns the body to send. It must not outlive this object, which must not be written to any
  // more.
  S3Body body();

 private:
  class Content;
  class Source;
  std::shared_ptr<Content> content_;
  Sha256 hash_;
  std::optional<std::string> sha256_;  // set once the object is complete
};

}  // namespace walstow
