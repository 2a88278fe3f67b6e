// The loop of a power cut test: cuts the power at every crash point of an operation, in every mode,
// and checks what the disk has afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "tests/support/forgetful_file_system.h"

namespace walstow {

// The point at which one run of the operation ended.
struct CrashPoint {
  std::size_t number = 0;                 // from 1, within the operation
  std::string name;                       // "link main/wal/x"; "" when completed
  CutMoment moment = CutMoment::kBefore;  // of that call
  CutMode mode;                           // what survived
  bool completed = false;                 // the power was cut after the operation had returned
};

// "crash point 3 (sync_folder main), after, random 2".
std::string to_string(const CrashPoint& point);

struct CrashTest {
  // Runs on a new disk, before each run. Changes that it leaves unsynced are unsynced in the run,
  // too.
  std::function<void(ForgetfulDisk&)> setup;
  // Mounts the disk, works on it, and notes which changes were acknowledged. Must close everything
  // that it opened when it returns or throws. Must not continue after a PowerCut.
  std::function<void(ForgetfulDisk&)> operation;
  // Mounts the disk after the cut and checks what must hold, with EXPECT_ and ASSERT_.
  std::function<void(ForgetfulDisk&, const CrashPoint&)> check;
  // May be empty. The actions of another process, from beginning to end, just before the crash
  // point. So the test covers every interleaving in which the operation stops and the other process
  // overtakes it.
  std::function<void(ForgetfulDisk&)> meanwhile = {};

  TemporaryStyle temporaries = TemporaryStyle::kAutomatic;
  std::uint64_t random_seeds =
      8;  // random outcomes, in addition to "only durable" and "everything"
};

// Runs the test for each crash point, cut before and after its effect, in each mode, and once in
// each mode for the completed operation. Prints and returns the number of points; without any, the
// test fails.
std::size_t for_each_crash_point(const CrashTest& test);

}  // namespace walstow
