#include "proto/base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace walstow {
namespace {

TEST(ParallelTest, EachIsDoneOnce) {
  for (const std::size_t threads : {1U, 2U, 9U}) {
    std::vector<std::atomic<int>> done(7);
    run_in_parallel(done.size(), threads, [&](std::size_t index) { ++done[index]; });
    for (const std::atomic<int>& one : done)
      EXPECT_EQ(one, 1);
  }
  run_in_parallel(0, 2, [](std::size_t) { FAIL(); });
}

TEST(ParallelTest, OneThreadIsTheCallers) {
  std::vector<std::size_t> order;
  run_in_parallel(3, 1, [&, caller = std::this_thread::get_id()](std::size_t index) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    order.push_back(index);
  });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2}));
}

TEST(ParallelTest, AFailureEndsIt) {
  std::atomic<int> begun = 0;
  const auto fail = [&](std::size_t) {
    ++begun;
    throw std::runtime_error("no");
  };
  EXPECT_THROW(run_in_parallel(1000, 4, fail), std::runtime_error);
  EXPECT_LE(begun, 4);
}

}  // namespace
}  // namespace walstow
