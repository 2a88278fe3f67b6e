// The archive of a process that serves it. It is opened on first use, and again after it was
// missing, so that an archive that is mounted late needs no restart.
//
// Threads: any. Each caller checks for itself whether the archive is present: a check that hangs,
// in a slow bucket, blocks no other caller. Callers that arrive while it is opened share the
// result.
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

  // The archive, found present during this call or during one that ran at the same time. Throws
  // what opening it throws.
  std::shared_ptr<Archive> get();

 private:
  // Each waiting caller throws its own Error: ThreadSanitizer does not see the reference count of
  // an exception object that several threads release.
  struct Opened {
    std::shared_ptr<Archive> archive;  // nullptr: opening failed, for this reason
    ErrorKind kind = ErrorKind::kUnavailable;
    std::string problem, hint;
  };
  using Opening = std::shared_future<Opened>;

  std::shared_ptr<Archive> open();

  const Open open_;
  std::mutex mutex_;                 // guards all that follows
  std::shared_ptr<Archive> opened_;  // empty before the archive was first present, and after it was
                                     // missing
  Opening opening_;                  // of the call that opens it; otherwise invalid
};

}  // namespace walstow
