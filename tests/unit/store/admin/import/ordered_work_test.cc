#include "store/admin/import/ordered_work.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <vector>

namespace walstow {
namespace {

TEST(OrderedWork, DoesEverythingOnceWithBarriers) {
  constexpr std::size_t kCount = 500;
  std::mutex mutex;
  std::set<std::size_t> ended;
  std::set<std::size_t> running;
  const OrderedResult result =
      run_in_order({.count = kCount,
                    .threads = 4,
                    .work =
                        [&](std::size_t item, std::size_t thread) {
                          EXPECT_LT(thread, 4U);
                          {
                            const std::lock_guard lock(mutex);
                            if (item % 7 == 0) {
                              EXPECT_TRUE(running.empty());
                              EXPECT_EQ(ended.size(), item);
                            }
                            for (const std::size_t other : running)
                              EXPECT_NE(other % 7, 0U);
                            running.insert(item);
                          }
                          const std::lock_guard lock(mutex);
                          running.erase(item);
                          EXPECT_TRUE(ended.insert(item).second);
                        },
                    .is_alone = [](std::size_t item) { return item % 7 == 0; },
                    .stop = [] { return false; }});
  EXPECT_EQ(ended.size(), kCount);
  EXPECT_EQ(result.first_left, kCount);
  EXPECT_FALSE(result.failure);
}

TEST(OrderedWork, AFailureEndsIt) {
  std::atomic<std::size_t> calls = 0;
  const OrderedResult result =
      run_in_order({.count = 100,
                    .threads = 3,
                    .work =
                        [&](std::size_t item, std::size_t) {
                          ++calls;
                          if (item == 10) throw std::runtime_error("ten");
                        },
                    .is_alone = [](std::size_t item) { return item == 50; },
                    .stop = [] { return false; }});
  EXPECT_EQ(result.first_left, 10U);
  // The others of the first 50 may have been started before the failure was known.
  EXPECT_LE(calls, 50U);
  EXPECT_THROW(std::rethrow_exception(result.failure), std::runtime_error);
}

TEST(OrderedWork, IsStoppedBetweenItems) {
  std::atomic<std::size_t> calls = 0;
  const OrderedResult result = run_in_order({.count = 100,
                                             .threads = 1,
                                             .work = [&](std::size_t, std::size_t) { ++calls; },
                                             .is_alone = [](std::size_t) { return false; },
                                             .stop = [&] { return calls == 5; }});
  EXPECT_EQ(result.first_left, 5U);
  EXPECT_EQ(calls, 5U);
}

}  // namespace
}  // namespace walstow
