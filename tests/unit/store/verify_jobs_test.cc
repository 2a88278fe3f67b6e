// How many objects a verification reads at once.
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "store/verify.h"
#include "tests/unit/store/prune_fixture.h"

namespace walstow {
namespace {

class VerifyJobsTest : public PruneTest {
 protected:
  void verify(std::uint32_t jobs) {
    verify_files(*archive, {.cluster = "main", .after = {}, .limit = 4, .range = {}, .jobs = jobs});
  }
};

TEST_F(VerifyJobsTest, AsManyAsWereAskedForAreReadAtOnce) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "there is one processor";
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0;
  bool met = false, gave_up = false;
  moments.while_opening = [&] {
    std::unique_lock lock(mutex);
    met = met || ++inside == 2;
    changed.notify_all();
    // The deadline is for a verification that has no other thread.
    const auto is_over = [&] { return met || gave_up; };
    gave_up = !changed.wait_for(lock, std::chrono::seconds(10), is_over);
    --inside;
  };
  verify(2);
  EXPECT_TRUE(met);
}

TEST_F(VerifyJobsTest, OneAtATimeUnlessMoreWereAskedFor) {
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0, most = 0;
  moments.while_opening = [&] {
    std::unique_lock lock(mutex);
    most = std::max(most, ++inside);
    changed.notify_all();
    // Time for another thread to come, if there is one.
    changed.wait_for(lock, std::chrono::milliseconds(100), [&] { return most > 1; });
    --inside;
  };
  verify(1);
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace walstow
