// The types of a simulated power cut.
#pragma once

#include <cstdint>
#include <string>

namespace walstow {

// The call during which the power is cut throws it, and so does every later call on an earlier
// mount. It has no base class: code that catches an Error, or any std::exception, to report it and
// continue, must not outlive its machine.
struct PowerCut {};

// Every call on a mount whose process was killed throws it. Without a base class, as PowerCut.
struct ProcessKilled {};

// Whether the call has taken effect when the power is cut; its caller does not learn it.
enum class CutMoment { kBefore, kAfter };

// The fate of unsynced changes.
struct CutMode {
  enum class Kind {
    kOnlyDurable,  // all are lost
    kEverything,   // all survive (as after kill -9 of every process)
    kRandom,       // each operation on a folder, and each page of a file, survives at random
  };
  Kind kind = Kind::kOnlyDurable;
  std::uint64_t seed = 0;  // for kRandom; the same seed on the same disk gives the same outcome

  static CutMode only_durable() { return {Kind::kOnlyDurable, 0}; }
  static CutMode everything() { return {Kind::kEverything, 0}; }
  static CutMode random(std::uint64_t seed) { return {Kind::kRandom, seed}; }
};

// "only durable", "everything", "random 7".
std::string to_string(CutMode mode);
std::string to_string(CutMoment moment);

}  // namespace walstow
