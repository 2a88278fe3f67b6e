// The archive that a process serves. It is opened on first use, and opened again after it was
// missing. So if the archive is mounted late, no restart is needed.
//
// Threads: any. Each caller checks for itself whether the archive is present: a check that hangs,
// as with a slow bucket, blocks no other caller. Callers that arrive while the archive is being
// opened share the result.
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
  // May throw what the constructor of Archive throws.
  using Open = std::function<std::unique_ptr<Archive>()>;
  explicit PresentArchive(Open open) : open_(std::move(open)) {}

  // Returns the archive, which was found present during this call or during a simultaneous one.
  // Throws everything that opening the archive throws.
  std::shared_ptr<Archive> get();

 private:
  // Each waiting caller throws its own Error: ThreadSanitizer does not see the reference count of
  // an exception object that several threads release.
  struct Opened {
    std::shared_ptr<Archive> archive;  // nullptr: the archive could not be opened, for this reason
    ErrorKind kind = ErrorKind::kUnavailable;
    std::string problem, hint;
  };
  using Opening = std::shared_future<Opened>;

  std::shared_ptr<Archive> open();

  const Open open_;
  std::mutex mutex_;  // guards all members that follow
  // Empty until the archive is first present, and after it was missing.
  std::shared_ptr<Archive> opened_;
  // The opening that is in progress; otherwise invalid.
  Opening opening_;
};

}  // namespace walstow
