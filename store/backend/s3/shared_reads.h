// Shares one read of a remote medium among all callers that open the same object at about the same
// time, as standbys of one primary do.
//
// Readers proceed at their own pace. Whichever reader first needs the next chunk fetches it for all
// of them, so no reader waits for a slower one. The bytes stay in memory while any reader needs
// them. There is a limit for all objects together; beyond it, each reader reads alone.
//
// Errors: if the source fails, each reader that waits for its bytes gets the error. Threads: any.
// All calls block. A wait for another caller ends when that caller's call of `open` or of the
// source ends. These calls have deadlines.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "store/backend/backend.h"

namespace walstow {

class SharedReads {
 public:
  // `most_bytes` is the limit for all shared objects together. Others may join a read only within
  // `joinable` of the request for its object: after that, the object may have been replaced.
  SharedReads(std::size_t most_bytes, std::chrono::milliseconds joinable);
  SharedReads(const SharedReads&) = delete;
  SharedReads& operator=(const SharedReads&) = delete;
  ~SharedReads();

  using Open = std::function<std::unique_ptr<ObjectSource>()>;
  // Returns the object, positioned at its first byte. The object comes from the parameter `open`,
  // or from what another caller opened for `key` a moment ago. Returns nullptr only if this call
  // has itself called the parameter `open`, and that found no object. The source may be read after
  // this SharedReads is destroyed.
  std::unique_ptr<ObjectSource> open(const std::string& key, const Open& open);
  // Call it if `key` may have another object now, or none. From now on, nobody joins a read that
  // was opened before. Existing readers continue.
  void forget(const std::string& key);

 private:
  class Cache;
  std::unique_ptr<Cache> cache_;
};

}  // namespace walstow
