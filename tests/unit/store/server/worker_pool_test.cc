#include "store/server/worker_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <vector>

namespace walstow {
namespace {

using Kind = WorkerPool::Kind;
constexpr std::chrono::seconds kLongWait{20};

class WorkerPoolTest : public testing::Test {
 protected:
  void post(Kind kind, const std::string& name) {
    pool_->post(kind, [this, name] {
      const std::lock_guard lock(mutex_);
      done_.push_back(name);
    });
  }

  std::mutex mutex_;
  std::vector<std::string> done_;  // guarded by mutex_
  std::unique_ptr<WorkerPool> pool_;
};

TEST_F(WorkerPoolTest, PutsGoFirstAndEveryFourthTurnIsAGets) {
  pool_ = std::make_unique<WorkerPool>(1);
  std::promise<void> gate;
  std::promise<void> begun;
  pool_->post(Kind::kPut, [&] {
    begun.set_value();
    gate.get_future().wait();
  });
  begun.get_future().wait();
  post(Kind::kOther, "o1");
  for (const char* name : {"g1", "g2"})
    post(Kind::kGet, name);
  for (const char* name : {"p1", "p2", "p3", "p4"})
    post(Kind::kPut, name);
  gate.set_value();
  pool_->join();
  EXPECT_EQ(done_, (std::vector<std::string>{"p1", "p2", "g1", "p3", "p4", "g2", "o1"}));
}

TEST_F(WorkerPoolTest, OtherWorkHasEveryEighthTurn) {
  pool_ = std::make_unique<WorkerPool>(1);
  std::promise<void> gate;
  std::promise<void> begun;
  pool_->post(Kind::kPut, [&] {
    begun.set_value();
    gate.get_future().wait();
  });
  begun.get_future().wait();
  post(Kind::kOther, "o");
  for (int i = 0; i < 20; ++i)
    post(Kind::kPut, "p");
  gate.set_value();
  pool_->join();
  ASSERT_EQ(done_.size(), 21U);
  EXPECT_EQ(std::ranges::find(done_, "o") - done_.begin(), 6) << "the first turn was taken before";
}

TEST_F(WorkerPoolTest, OtherWorkLeavesHalfOfTheThreads) {
  pool_ = std::make_unique<WorkerPool>(4);
  std::promise<void> gate;
  const auto until = gate.get_future().share();
  std::atomic<int> others = 0;
  for (int i = 0; i < 8; ++i) {
    pool_->post(Kind::kOther, [&others, until] {
      ++others;
      until.wait();
    });
  }
  std::promise<void> done;
  pool_->post(Kind::kGet, [&done] { done.set_value(); });
  EXPECT_EQ(done.get_future().wait_for(kLongWait), std::future_status::ready);
  EXPECT_LE(others, 2);
  gate.set_value();
  pool_->join();
  EXPECT_EQ(others, 8) << "none is forgotten";
}

}  // namespace
}  // namespace walstow
