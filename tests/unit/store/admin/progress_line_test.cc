#include "store/admin/progress_line.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

using Seconds = std::chrono::duration<double>;

TEST(ProgressTextTest, SaysHowFarHowFastAndHowLong) {
  EXPECT_EQ(progress_text({.objects = 250,
                           .bytes = 250U << 20,
                           .total_objects = 1000,
                           .total_bytes = 1000U << 20,
                           .elapsed = Seconds(10)}),
            "[####............]  25%  250 objects  250.0 MB  25.0 MB/s  0:30 left");
  EXPECT_EQ(progress_text({.objects = 3, .bytes = 1U << 20, .elapsed = Seconds(0.5)}),
            "3 objects  1.0 MB  2.0 MB/s");
}

TEST(ProgressTextTest, FitsATerminalWhateverTheNumbers) {
  const std::uint64_t huge = UINT64_MAX;
  for (const Seconds elapsed : {Seconds(0), Seconds(1e7)}) {
    EXPECT_LE(progress_text({.objects = huge,
                             .bytes = huge,
                             .total_objects = huge,
                             .total_bytes = huge,
                             .elapsed = elapsed})
                  .size(),
              79U);
    EXPECT_LE(progress_text({.objects = 1,
                             .bytes = 1,
                             .total_objects = huge,
                             .total_bytes = huge,
                             .elapsed = elapsed})
                  .size(),
              79U);
  }
  // More than was there at the beginning.
  EXPECT_EQ(
      progress_text(
          {.objects = 9, .bytes = 9, .total_objects = 3, .total_bytes = 3, .elapsed = Seconds(1)})
          .substr(0, 23),
      "[################] 100%");
}

TEST(ProgressTextTest, DurationsAreClockLike) {
  EXPECT_EQ(duration_text(Seconds(0.4)), "0:00");
  EXPECT_EQ(duration_text(Seconds(75)), "1:15");
  EXPECT_EQ(duration_text(Seconds(3723)), "1:02:03");
  EXPECT_EQ(duration_text(Seconds(-1)), "0:00");
}

}  // namespace
}  // namespace walstow
