// One read of a medium that is far away for all who ask for the same object at about the same
// time: standbys that follow one primary do.
//
// Each of them reads at its own pace. Who comes to the end of what is here fetches the next piece,
// for all; so nobody depends on another one's going on. What was read stays in memory as long as
// anybody reads it, within a bound for all objects together; beyond it everybody reads alone.
//
// Errors: of the source, to each who waits for those bytes. Threads: any; all calls block, on
// others no longer than the `open` and the source that they wait for, whose own deadlines end it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "store/backend/backend.h"

namespace walstow {

class SharedReads {
 public:
  // `most_bytes`: of all objects that are shared. A read may be joined for `joinable` after its
  // object was asked for: not longer, since others may replace the object meanwhile.
  SharedReads(std::size_t most_bytes, std::chrono::milliseconds joinable);
  SharedReads(const SharedReads&) = delete;
  SharedReads& operator=(const SharedReads&) = delete;
  ~SharedReads();

  using Open = std::function<std::unique_ptr<ObjectSource>()>;
  // The object from its first byte on: by open(), or by what it gave another caller for `key` a
  // moment ago. nullptr: absent, by an open() that was called in this very call. What is given may
  // be read after this object is gone.
  std::unique_ptr<ObjectSource> open(const std::string& key, const Open& open);
  // What stands under `key` may be another object now, or none: whoever opens it from here on gets
  // nothing that was asked for before. Who reads already goes on.
  void forget(const std::string& key);

 private:
  class Cache;
  std::unique_ptr<Cache> cache_;
};

}  // namespace walstow
