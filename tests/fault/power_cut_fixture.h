// What the power cut tests share: what was acknowledged in the run that goes on, both ways in which
// temporaries are made, and that none of them stays.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/crash_points.h"

namespace walstow {

enum class Acknowledged { kNo, kYes };

inline void check_no_temporaries(ForgetfulDisk& disk) {
  const auto files = disk.mount();
  files->remove_dead_temporaries();
  EXPECT_EQ(files->list("_tmp").value_or(std::vector<std::string>()), std::vector<std::string>());
}

class PowerCutSuite : public testing::TestWithParam<TemporaryStyle> {
 protected:
  void acknowledge(const std::string& what) { acknowledged_.push_back(what); }
  Acknowledged acknowledged(const std::string& what) const {
    return std::ranges::find(acknowledged_, what) != acknowledged_.end() ? Acknowledged::kYes
                                                                         : Acknowledged::kNo;
  }
  bool was_acknowledged(const std::string& what) const {
    return acknowledged(what) == Acknowledged::kYes;
  }

  // Adds what all scenarios have in common.
  void run(CrashTest test) {
    test.temporaries = GetParam();
    test.setup = [this, setup = std::move(test.setup)](ForgetfulDisk& disk) {
      acknowledged_.clear();
      setup(disk);
    };
    test.check = [check = std::move(test.check)](ForgetfulDisk& disk, const CrashPoint& point) {
      check_no_temporaries(disk);
      check(disk, point);
    };
    EXPECT_GT(for_each_crash_point(test), 0U);
  }

 private:
  std::vector<std::string> acknowledged_;
};

inline auto both_styles() {
  return testing::Values(TemporaryStyle::kAutomatic, TemporaryStyle::kNamed);
}
inline std::string style_name(const testing::TestParamInfo<TemporaryStyle>& style) {
  return style.param == TemporaryStyle::kNamed ? "Named" : "Nameless";
}

}  // namespace walstow
