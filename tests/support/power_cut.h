// The words of a simulated power cut.
#pragma once

#include <cstdint>
#include <string>

namespace walstow {

// Thrown out of the call in which the power goes, and out of every later call of what was mounted
// then. Derived from nothing: code that catches an Error, or any std::exception, to report it and
// go on must not outlive its machine.
struct PowerCut {};

// Thrown out of every call of a mounted file system whose process was killed. As PowerCut.
struct ProcessKilled {};

// Whether the call in which the power goes has had its effect: its caller does not learn it.
enum class CutMoment { kBefore, kAfter };

// What is found after the cut of all that was not synced.
struct CutMode {
  enum class Kind {
    kOnlyDurable,  // nothing of it
    kEverything,   // all of it (as after kill -9 of every process)
    kRandom,       // each operation on a folder, and each page of a file, by the throw of a die
  };
  Kind kind = Kind::kOnlyDurable;
  std::uint64_t seed = 0;  // of kRandom; the same seed on the same disk gives the same outcome

  static CutMode only_durable() { return {Kind::kOnlyDurable, 0}; }
  static CutMode everything() { return {Kind::kEverything, 0}; }
  static CutMode random(std::uint64_t seed) { return {Kind::kRandom, seed}; }
};

// "only durable", "everything", "random 7".
std::string to_string(CutMode mode);
std::string to_string(CutMoment moment);

}  // namespace walstow
