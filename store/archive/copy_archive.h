// Copies an archive to another location, on any backends, and makes the copy the archive. Copies
// objects bit by bit, and records unchanged. Blocking.
//
// The marker is copied last. Until then the copy's marker text lies below "_copy/", and nobody can
// open the copy as an archive: an incomplete copy must never prove that a file is absent. A pass
// never replaces an existing object. So it may be interrupted at any time and run again, and it may
// run while others put into the source. The finishing pass first removes the source's marker, so
// that no store ever serves both source and target. Then it copies once more, to include objects
// that arrived before that removal. It could still miss a put that is in progress at that moment,
// so nobody may put during the finishing pass.
//
//   _copy/walstow.json    at the target: its marker, not in effect yet
//   _copy/running.json    at the target: a pass has begun, and has not ended
//   _moved/walstow.json   at the source: its marker, once the source is given up
//
// A pass does not copy keys that begin with '_', except the keys of the registry of clients. Keys
// and certificates are not part of a bucket. Temporary files, probes and quarantined objects are of
// no use at the target.
//
// Errors: as in store/backend/backend.h. Also throws Error{kRefused} if the target already contains
// something else.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "store/backend/backend.h"

namespace walstow {

struct CopyCounts {
  std::uint64_t objects = 0, bytes = 0;  // copied during this call
  // Objects that the target already had.
  std::uint64_t existing = 0, existing_bytes = 0;
  // Records that were written or removed, to match the records of the source.
  std::uint64_t records = 0;
  // Objects for whose keys the target has other bytes.
  std::uint64_t refused = 0;
  std::uint64_t damaged = 0;  // objects that are damaged at the source, and were copied as is
  // Files that were left out, because they are not walstow's.
  std::uint64_t foreign = 0;
  // Objects that are at the target, but no longer at the source.
  std::uint64_t extra = 0;
};

struct CopyProblem {
  enum class Kind { kRefused, kDamaged, kForeign } kind = Kind::kRefused;
  std::string key;
  std::string text;  // one clause
};

struct CopyOptions {
  enum class Pass {
    kCopy,  // copies the present content
    // Copies, and makes the target the archive. Nobody may write to the source any more.
    kFinish,
  } pass = Pass::kCopy;
  std::uint32_t jobs = 1;  // number of objects that are copied in parallel
  // Only one thread calls it at a time, but not always the same one. May be empty.
  std::function<void(const CopyCounts&)> on_progress;
  std::function<void(const CopyProblem&)> on_problem;
};

struct CopyResult {
  CopyCounts counts;
  bool finished = false;  // the target has become the archive
};
// With kFinish, it does not finish if any object was refused.
CopyResult copy_archive(Backend& from, Backend& to, const CopyOptions& options);

// The amount to copy, for the progress line.
struct CopySize {
  std::uint64_t objects = 0, bytes = 0;
};
CopySize size_of_copy(Backend& from);

}  // namespace walstow
