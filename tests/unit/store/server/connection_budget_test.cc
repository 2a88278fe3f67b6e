#include "store/server/connection_budget.h"

#include <gtest/gtest.h>

#include <list>
#include <optional>
#include <string>
#include <vector>

namespace walstow {
namespace {

class ConnectionBudgetTest : public testing::Test {
 protected:
  // Numbered from 0 on; each stays until the test ends, or until it leaves.
  void enter(const std::string& owner) {
    const int number = next_++;
    places_.emplace_back(std::in_place, budget_, owner, [this, number] { cut_.push_back(number); });
  }

  ConnectionBudget budget_{{.all = 4, .of_one = 3}};
  std::vector<int> cut_;
  int next_ = 0;
  std::list<std::optional<ConnectionBudget::Place>> places_;
};

TEST_F(ConnectionBudgetTest, TheOldestOfWhoeverHasMostIsCut) {
  for (const char* owner : {"honest", "many", "many", "other"})
    enter(owner);
  EXPECT_TRUE(cut_.empty());
  enter("late");
  EXPECT_EQ(cut_, (std::vector{1}));
  EXPECT_EQ(budget_.size(), 4U);
  // All have one now: the oldest of all.
  enter("later");
  EXPECT_EQ(cut_, (std::vector{1, 0}));
}

TEST_F(ConnectionBudgetTest, OneWithTooManyLosesItsOwnOldest) {
  for (int i = 0; i < 5; ++i)
    enter("many");
  EXPECT_EQ(cut_, (std::vector{0, 1}));
  EXPECT_EQ(budget_.size(), 3U);
}

TEST_F(ConnectionBudgetTest, WhatHasLeftMakesRoom) {
  for (const char* owner : {"a", "b", "c", "d"})
    enter(owner);
  places_.front().reset();
  enter("e");
  EXPECT_TRUE(cut_.empty());
  // One that was cut leaves as well, and takes nobody's place with it.
  enter("f");
  EXPECT_EQ(cut_, (std::vector{1}));
  places_.clear();
  EXPECT_EQ(budget_.size(), 0U);
}

}  // namespace
}  // namespace walstow
