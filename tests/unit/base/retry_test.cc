#include "proto/base/retry.h"

#include <gtest/gtest.h>

#include <vector>

namespace walstow {
namespace {

using namespace std::chrono_literals;

RetryPolicy quick(Duration total = 60s) {
  return {.give_up = Deadline::after(total), .first_pause = 1ms, .longest_pause = 4ms};
}

TEST(RetryTest, ReturnsTheFirstSuccess) {
  const int answer = retry(quick(), [](int number) {
    if (number < 3) throw Error(ErrorKind::kUnavailable, "not yet");
    return number * 10;
  });
  EXPECT_EQ(answer, 30);
}

TEST(RetryTest, OnlySomeKindsAreWorthAnotherAttempt) {
  for (const ErrorKind kind : {ErrorKind::kUsage, ErrorKind::kInvalid, ErrorKind::kRefused,
                               ErrorKind::kDamaged, ErrorKind::kStorage, ErrorKind::kFatal}) {
    int attempts = 0;
    EXPECT_THROW(retry(quick(),
                       [&](int) {
                         ++attempts;
                         throw Error(kind, "no");
                       }),
                 Error);
    EXPECT_EQ(attempts, 1) << to_string(kind);
  }
  for (const ErrorKind kind : {ErrorKind::kUnavailable, ErrorKind::kTimeout}) {
    EXPECT_EQ(retry(quick(),
                    [&](int number) {
                      if (number == 0) throw Error(kind, "not yet");
                      return number;
                    }),
              1)
        << to_string(kind);
  }
}

TEST(RetryTest, PausesDoubleUpToTheLongest) {
  std::vector<Duration> pauses;
  RetryPolicy policy = quick();
  policy.on_failure = [&](const Error&, Duration pause) { pauses.push_back(pause); };
  retry(policy, [](int number) {
    if (number < 5) throw Error(ErrorKind::kTimeout, "not yet");
  });
  EXPECT_EQ(pauses, (std::vector<Duration>{1ms, 2ms, 4ms, 4ms, 4ms}));
}

TEST(RetryTest, NothingIsTriedAgainInAHurry) {
  int attempts = 0;
  RetryPolicy policy = quick();
  policy.hurry = [&] { return attempts == 2; };
  EXPECT_THROW(retry(policy,
                     [&](int) {
                       ++attempts;
                       throw Error(ErrorKind::kTimeout, "not yet");
                     }),
               Error);
  EXPECT_EQ(attempts, 2);
}

TEST(RetryTest, AnAttemptThatTheEndCutsShortDoesNotHideWhyTheOnesBeforeItFailed) {
  const RetryPolicy policy = quick(20ms);
  const auto attempt = [&](int number) {
    if (number == 0) throw Error(ErrorKind::kUnavailable, "the key is not known");
    std::this_thread::sleep_until(policy.give_up.when());
    throw Error(ErrorKind::kTimeout, "timed out");
  };
  try {
    retry(policy, attempt);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the key is not known");
  }
}

TEST(RetryTest, TheLastFailureIsThrownWhenTheTimeIsUp) {
  int attempts = 0;
  try {
    retry(quick(20ms), [&](int number) {
      ++attempts;
      throw Error(ErrorKind::kUnavailable, std::to_string(number));
    });
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), std::to_string(attempts - 1));
  }
}

TEST(RetryTest, WithoutTimeThereIsOneAttempt) {
  int attempts = 0;
  EXPECT_THROW(retry(quick(0ms),
                     [&](int) {
                       ++attempts;
                       throw Error(ErrorKind::kUnavailable, "no");
                     }),
               Error);
  EXPECT_EQ(attempts, 1);
}

}  // namespace
}  // namespace walstow
