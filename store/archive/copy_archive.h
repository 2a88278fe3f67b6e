// Moves an archive from one place to another, on any backends. Copies objects bit by bit, and
// records unchanged. Blocking.
//
// The marker is copied last. Until then the copy's marker text lies below "_copy/", and nobody can
// open the copy as an archive: an incomplete copy must never prove that a file is absent. A pass
// never replaces an existing object. So it may be interrupted at any time and run again, and it may
// run while others put into the source. The finishing pass removes the source's marker, so that at
// no time both are served. Then it runs once more, for objects that arrived before that removal. It
// could still miss a put that is in progress at that moment: nobody may put during the finishing
// pass.
//
//   _copy/walstow.json    at the target: its marker, held back
//   _copy/running.json    at the target: a pass began, and has not ended
//   _moved/walstow.json   at the source: its marker, once it is given up
//
// Not copied: keys that begin with '_', except those of the registry of clients. Keys and
// certificates are not part of a bucket; temporaries, probes and quarantined objects have no
// meaning.
//
// Errors: as store/backend/backend.h. Error{kRefused} if the target has other content already.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "store/backend/backend.h"

namespace walstow {

struct CopyCounts {
  std::uint64_t objects = 0, bytes = 0;            // copied by this call
  std::uint64_t standing = 0, standing_bytes = 0;  // existed already, the same
  std::uint64_t records = 0;                       // written or removed, to match the source
  std::uint64_t refused = 0;                       // other bytes exist under the key
  std::uint64_t damaged = 0;                       // copied as they are
  std::uint64_t foreign = 0;                       // left out: files that are not walstow's
  std::uint64_t extra = 0;                         // at the target, but no longer at the source
};

struct CopyProblem {
  enum class Kind { kRefused, kDamaged, kForeign } kind = Kind::kRefused;
  std::string key;
  std::string text;  // one clause
};

struct CopyOptions {
  enum class Pass {
    kCopy,    // copies the present content
    kFinish,  // nobody writes to the source any more: makes the target the archive
  } pass = Pass::kCopy;
  std::uint32_t jobs = 1;  // objects at once
  // Called by one thread at a time, any of them. May be empty.
  std::function<void(const CopyCounts&)> on_progress;
  std::function<void(const CopyProblem&)> on_problem;
};

struct CopyResult {
  CopyCounts counts;
  bool finished = false;  // the target is the archive
};
// A kFinish does not finish if any object was refused.
CopyResult copy_archive(Backend& from, Backend& to, const CopyOptions& options);

// The amount to copy, for a progress bar.
struct CopySize {
  std::uint64_t objects = 0, bytes = 0;
};
CopySize size_of_copy(Backend& from);

}  // namespace walstow
