#include "store/metrics/recent_rates.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;

constexpr std::size_t kLast = RecentRates::kIntervals - 1;

// The beginning of an interval, some days after the machine's start.
const Clock::time_point kBegin{hours(100)};

TEST(RecentRatesTest, RequestsOfOneIntervalAreAdded) {
  RecentRates rates;
  rates.add(kBegin, {.put_bytes = 5, .puts = 1});
  rates.add(kBegin + minutes(4), {.put_bytes = 6, .get_bytes = 3, .puts = 1, .gets = 1});
  rates.add(kBegin + minutes(5), {.refusals = 1});
  const auto samples = rates.read(kBegin + minutes(9));
  ASSERT_EQ(samples.size(), RecentRates::kIntervals);
  EXPECT_EQ(samples[kLast], (RateSample{.refusals = 1}));
  EXPECT_EQ(samples[kLast - 1],
            (RateSample{.put_bytes = 11, .get_bytes = 3, .puts = 2, .gets = 1}));
  EXPECT_EQ(samples[kLast - 2], RateSample());
}

TEST(RecentRatesTest, OldIntervalsAreForgotten) {
  RecentRates rates;
  rates.add(kBegin, {.puts = 1});
  EXPECT_EQ(rates.read(kBegin + hours(12) - seconds(1)).front().puts, 1U);
  for (const RateSample& sample : rates.read(kBegin + hours(12)))
    EXPECT_EQ(sample, RateSample());
  rates.add(kBegin + hours(30), {.puts = 7});
  const auto samples = rates.read(kBegin + hours(30));
  EXPECT_EQ(samples[kLast].puts, 7U);
  EXPECT_EQ(samples[0].puts, 0U);
}

TEST(RecentRatesTest, IntervalsWithoutARequestAreEmpty) {
  RecentRates rates;
  rates.add(kBegin, {.puts = 1});
  rates.add(kBegin + hours(13), {.puts = 2});  // an interval that the first one has used, too
  std::uint32_t puts = 0;
  for (const RateSample& sample : rates.read(kBegin + hours(13)))
    puts += sample.puts;
  EXPECT_EQ(puts, 2U);
}

// Threads take the time before they take the lock.
TEST(RecentRatesTest, ATimeThatIsALittleOlderLosesNothing) {
  RecentRates rates;
  rates.add(kBegin + minutes(5), {.puts = 1});
  rates.add(kBegin + minutes(5) - seconds(1), {.puts = 2});
  EXPECT_EQ(rates.read(kBegin + minutes(5))[kLast].puts, 3U);
}

TEST(RecentRatesTest, NoRequestAtAll) {
  for (const RateSample& sample : RecentRates().read(kBegin))
    EXPECT_EQ(sample, RateSample());
}

}  // namespace
}  // namespace walstow
