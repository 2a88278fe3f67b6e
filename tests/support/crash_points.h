// The power cut test's loop: cut the power at every crash point of an operation, in every mode, and
// check what is found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "tests/support/forgetful_file_system.h"

namespace walstow {

// Where one run of the operation ended.
struct CrashPoint {
  std::size_t number = 0;                 // from 1, within the operation
  std::string name;                       // "link main/wal/x"; "" when completed
  CutMoment moment = CutMoment::kBefore;  // of that call
  CutMode mode;                           // what survived
  bool completed = false;                 // the power went after the operation had returned
};

// "crash point 3 (sync_folder main), after, random 2".
std::string to_string(const CrashPoint& point);

struct CrashTest {
  // On a new disk, before each run. What it leaves unsynced is unsynced in the run, too.
  std::function<void(ForgetfulDisk&)> setup;
  // Mounts the disk, works on it, notes what was acknowledged to it. Everything it opened must be
  // closed when it returns or throws. Never run on after a PowerCut.
  std::function<void(ForgetfulDisk&)> operation;
  // Mounts the disk after the cut and checks what must hold, with EXPECT_ and ASSERT_.
  std::function<void(ForgetfulDisk&, const CrashPoint&)> check;
  // May be empty. What another process does, from beginning to end, just before the crash point: so
  // every interleaving in which the operation comes to a halt and the other one overtakes it.
  std::function<void(ForgetfulDisk&)> meanwhile = {};

  TemporaryStyle temporaries = TemporaryStyle::kAutomatic;
  std::uint64_t random_seeds =
      8;  // how many random outcomes, beside "only durable" and "everything"
};

// Runs the test for each crash point, cut before and after its effect, in each mode; and once in
// each mode for the operation completed. Prints and returns the number of points; none is a failure
// of the test.
std::size_t for_each_crash_point(const CrashTest& test);

}  // namespace walstow
