// Moves an archive from one place to another, of whatever kind: objects bit for bit, records as
// they are. Blocking.
//
// The marker comes last. Until then the copy lies below "_copy/" with the marker's text and is no
// archive that anybody could open: half of the files must never prove that one is absent. What
// stands already is never replaced; so a pass may be cut short at any time and done again, and may
// run while others put into the source. The pass that finishes takes the source's marker away
// first, so that at no time both are served; what comes between its look and that is found by one
// more look behind it. Who was putting right then could still slip through: nobody may.
//
//   _copy/walstow.json    at the target: its marker, held back
//   _copy/running.json    at the target: a pass began, and has not come to its end
//   _moved/walstow.json   at the source: its marker, once it has given it up
//
// Not copied: the rest of what begins with '_' but the registry of clients (keys and certificates
// are no part of a bucket; temporaries, probes and what was set aside mean nothing).
//
// Errors: as store/backend/backend.h. Error{kRefused} where the target is something else already.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "store/backend/backend.h"

namespace walstow {

struct CopyCounts {
  std::uint64_t objects = 0, bytes = 0;            // copied by this call
  std::uint64_t standing = 0, standing_bytes = 0;  // stood there already, the same
  std::uint64_t records = 0;                       // written, or removed, to be as the source's
  std::uint64_t refused = 0;                       // other bytes stand there
  std::uint64_t damaged = 0;                       // copied as they are
  std::uint64_t foreign = 0;                       // left out: no files of walstow's
  std::uint64_t extra = 0;                         // stand there, and not at the source any more
};

struct CopyProblem {
  enum class Kind { kRefused, kDamaged, kForeign } kind = Kind::kRefused;
  std::string key;
  std::string text;  // one clause
};

struct CopyOptions {
  enum class Pass {
    kCopy,    // as much as there is
    kFinish,  // nobody writes to the source any more: the target becomes the archive
  } pass = Pass::kCopy;
  std::uint32_t jobs = 1;  // objects at once
  // Called one at a time, from any thread. May be empty.
  std::function<void(const CopyCounts&)> on_progress;
  std::function<void(const CopyProblem&)> on_problem;
};

struct CopyResult {
  CopyCounts counts;
  bool finished = false;  // the target is the archive
};
// Of kFinish only: does not finish where something was refused.
CopyResult copy_archive(Backend& from, Backend& to, const CopyOptions& options);

// What there is to copy, for a bar.
struct CopySize {
  std::uint64_t objects = 0, bytes = 0;
};
CopySize size_of_copy(Backend& from);

}  // namespace walstow
