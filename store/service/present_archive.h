// The archive of a process that serves it, for as long as that is there: opened when it is first
// needed and again after it was away, so that one that is mounted late needs no restart.
//
// Threads: any. Whoever asks looks for itself whether the archive is there: a look that hangs, in a
// slow bucket, holds nobody else. Those who ask while it is opened share what comes of it.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>

#include "proto/base/error.h"
#include "store/archive/archive.h"

namespace walstow {

class PresentArchive {
 public:
  // May throw as Archive's constructor does.
  using Open = std::function<std::unique_ptr<Archive>()>;
  explicit PresentArchive(Open open) : open_(std::move(open)) {}

  // Found there in this call, or in one that ran at the same time. Throws what opening it throws.
  std::shared_ptr<Archive> get();

 private:
  // Each who waits throws an Error of its own: of one object that several threads let go of,
  // ThreadSanitizer does not see the count.
  struct Opened {
    std::shared_ptr<Archive> archive;  // nullptr: it failed, for this reason
    ErrorKind kind = ErrorKind::kUnavailable;
    std::string problem, hint;
  };
  using Opening = std::shared_future<Opened>;

  std::shared_ptr<Archive> open();

  const Open open_;
  std::mutex mutex_;                 // of all that follows
  std::shared_ptr<Archive> opened_;  // empty until it was there once, and after it was away
  Opening opening_;                  // of who is at it; else invalid
};

}  // namespace walstow
