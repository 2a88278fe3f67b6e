// Shares one read of a remote medium among all callers that open the same object at about the same
// time, as standbys of one primary do.
//
// Readers proceed at their own pace. Whichever reader first needs the next chunk fetches it for all
// of them, so no reader waits for a slower one. The bytes stay in memory while anybody reads the
// object, within a bound for all objects together. Beyond it, each reader reads alone.
//
// Errors: the source's, to each reader that waits for those bytes. Threads: any. All calls block. A
// wait for another caller lasts no longer than that caller's `open` or source, whose deadlines end
// it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "store/backend/backend.h"

namespace walstow {

class SharedReads {
 public:
  // `most_bytes`: the bound for all shared objects. A read may be joined for `joinable` after its
  // object was requested, and not longer, since others may replace the object meanwhile.
  SharedReads(std::size_t most_bytes, std::chrono::milliseconds joinable);
  SharedReads(const SharedReads&) = delete;
  SharedReads& operator=(const SharedReads&) = delete;
  ~SharedReads();

  using Open = std::function<std::unique_ptr<ObjectSource>()>;
  // The object from its first byte on. It comes from open(), or from what open() returned to
  // another caller for `key` a moment ago. nullptr: absent, by an open() within this very call. The
  // source may be read after this object is destroyed.
  std::unique_ptr<ObjectSource> open(const std::string& key, const Open& open);
  // Call when `key` may have another object now, or none. From now on nobody joins a read that was
  // opened before. Existing readers continue.
  void forget(const std::string& key);

 private:
  class Cache;
  std::unique_ptr<Cache> cache_;
};

}  // namespace walstow
