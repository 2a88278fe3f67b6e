// How many objects a verification reads at once.
#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <thread>

#include "proto/base/filesystem.h"
#include "store/inventory/verify.h"
#include "tests/unit/store/retention/prune_fixture.h"

namespace walstow {
namespace {

// Of this process.
std::size_t threads_now() {
  const fs::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

class VerifyJobsTest : public PruneTest {
 protected:
  void verify(std::uint32_t jobs) {
    TimesIndex index;
    verify_files(*archive, index,
                 {.cluster = "main", .after = {}, .limit = 4, .range = {}, .jobs = jobs});
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

// While an object is read all threads of the verification are there: whoever reads the last one is
// one of them, and the caller's waits for the others.
TEST_F(VerifyJobsTest, NoMoreThreadsThanWereAskedFor) {
  std::mutex mutex;
  std::size_t most = 0;
  moments.while_opening = [&] {
    const std::lock_guard lock(mutex);
    most = std::max(most, threads_now());
  };
  const std::size_t before = threads_now();
  verify(1);
  EXPECT_EQ(most, before);
}

}  // namespace
}  // namespace walstow
