#include "proto/base/log_limiter.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

class LogLimiterTest : public testing::Test {
 protected:
  std::size_t admitted(const std::string& cause, std::size_t lines) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < lines; ++i)
      count += limiter_.admits(cause, now_) ? 1U : 0U;
    return count;
  }

  LogLimiter limiter_;
  Clock::time_point now_ = Clock::now();
};

TEST_F(LogLimiterTest, EachCauseHasItsShareAndTheRestIsCounted) {
  EXPECT_EQ(admitted("client gone", 1000), LogLimiter::kLines);
  EXPECT_EQ(admitted("client primary1", 3), 3U);
  EXPECT_TRUE(limiter_.end_windows(now_).empty());

  now_ += LogLimiter::kWindow;
  const auto left_out = limiter_.end_windows(now_);
  ASSERT_EQ(left_out.size(), 1U);
  EXPECT_EQ(left_out.front().cause, "client gone");
  EXPECT_EQ(left_out.front().lines, 1000 - LogLimiter::kLines);
  // Told once; and it has a new share.
  EXPECT_TRUE(limiter_.end_windows(now_).empty());
  EXPECT_EQ(admitted("client gone", 1), 1U);
}

TEST_F(LogLimiterTest, AnyNumberOfCausesIsBounded) {
  std::size_t lines = 0;
  for (int i = 0; i < 10'000; ++i)
    lines += admitted("address " + std::to_string(i), 1);
  EXPECT_EQ(lines, LogLimiter::kMostCauses + LogLimiter::kLines);
  now_ += LogLimiter::kWindow;
  const auto left_out = limiter_.end_windows(now_);
  ASSERT_EQ(left_out.size(), 1U);
  EXPECT_EQ(left_out.front().cause, "others");
  EXPECT_EQ(left_out.front().lines, 10'000 - lines);
}

}  // namespace
}  // namespace walstow
