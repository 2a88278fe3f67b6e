#include "tests/support/crash_points.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <vector>

namespace walstow {
namespace {

std::vector<CutMode> all_modes(std::uint64_t random_seeds) {
  std::vector<CutMode> modes = {CutMode::only_durable(), CutMode::everything()};
  for (std::uint64_t seed = 1; seed <= random_seeds; ++seed)
    modes.push_back(CutMode::random(seed));
  return modes;
}

// Runs the operation up to `point`, where the power is cut; completes `point`.
void run_until(const CrashTest& test, ForgetfulDisk& disk, CrashPoint& point) {
  const std::size_t before = disk.crash_points();
  std::size_t meanwhile_points = 0;
  if (test.meanwhile) {
    disk.interleave_at(point.number, [&] {
      const std::size_t begin = disk.crash_points();
      test.meanwhile(disk);
      meanwhile_points = disk.crash_points() - begin;
      disk.cut_at(1, point.moment);
    });
  } else {
    disk.cut_at(point.number, point.moment);
  }
  try {
    test.operation(disk);
  } catch (...) {
    // Without power the process's exception does not matter.
    if (!disk.power_is_off()) throw;
  }
  point.completed = !disk.power_is_off();
  if (!point.completed) {
    point.name = disk.journal().at(before + meanwhile_points + point.number - 1);
  }
}

// Returns the number of the operation's crash points.
std::size_t for_each_crash_point(const CrashTest& test, CutMode mode, CutMoment moment) {
  for (std::size_t number = 1;; ++number) {
    ForgetfulDisk disk(test.temporaries);
    test.setup(disk);
    CrashPoint point{number, "", moment, mode, false};
    run_until(test, disk, point);
    disk.power_cut(mode);
    SCOPED_TRACE(to_string(point));
    test.check(disk, point);
    if (point.completed) return number - 1;
  }
}

}  // namespace

std::string to_string(const CrashPoint& point) {
  if (point.completed) return "completed, " + to_string(point.mode);
  return "crash point " + std::to_string(point.number) + " (" + point.name + "), " +
         to_string(point.moment) + ", " + to_string(point.mode);
}

std::size_t for_each_crash_point(const CrashTest& test) {
  std::size_t points = 0;
  const auto modes = all_modes(test.random_seeds);
  for (const CutMode mode : modes) {
    for (const CutMoment moment : {CutMoment::kBefore, CutMoment::kAfter}) {
      points = std::max(points, for_each_crash_point(test, mode, moment));
    }
  }
  EXPECT_GT(points, 0U) << "the operation has no crash point";
  testing::Test::RecordProperty("crash_points", std::to_string(points));
  std::cout << "[  CRASH   ] " << points << " crash points, each cut before and after, in "
            << modes.size() << " modes" << std::endl;
  return points;
}

}  // namespace walstow
