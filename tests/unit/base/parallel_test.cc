#include "proto/base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace walstow {
namespace {

TEST(InParallelTest, EachIsDoneOnce) {
  for (const std::size_t threads : {1U, 2U, 9U}) {
    std::vector<std::atomic<int>> done(7);
    do_in_parallel(done.size(), threads, [&](std::size_t index) { ++done[index]; });
    for (const std::atomic<int>& one : done)
      EXPECT_EQ(one, 1);
  }
  do_in_parallel(0, 2, [](std::size_t) { FAIL(); });
}

TEST(InParallelTest, OneThreadIsTheCallers) {
  std::vector<std::size_t> order;
  do_in_parallel(3, 1, [&, caller = std::this_thread::get_id()](std::size_t index) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    order.push_back(index);
  });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2}));
}

TEST(InParallelTest, AFailureEndsIt) {
  std::atomic<int> begun = 0;
  const auto fail = [&](std::size_t) {
    ++begun;
    throw std::runtime_error("no");
  };
  EXPECT_THROW(do_in_parallel(1000, 4, fail), std::runtime_error);
  EXPECT_LE(begun, 4);
}

}  // namespace
}  // namespace walstow
