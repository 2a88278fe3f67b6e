#include "store/server/put_limiter.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <list>
#include <vector>

namespace walstow {
namespace {

namespace asio = boost::asio;

class PutLimiterTest : public testing::Test {
 protected:
  // Takes a turn and keeps it; `who` is noted when it is there.
  void take(int who, Duration patience) {
    asio::co_spawn(io_, wait(who, patience),
                   [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
    io_.restart();
    io_.poll();
  }
  void give_back(std::size_t which) {
    turns_[which] = PutLimiter::Permit();
    io_.restart();
    io_.poll();
  }

  asio::io_context io_;
  PutLimiter line_{{.at_once = 2, .of_one_client = 3}};
  std::vector<int> granted_;
  std::vector<int> refused_;
  std::vector<PutLimiter::Permit> turns_;

 private:
  asio::awaitable<void> wait(int who, Duration patience) {
    PutLimiter::Permit turn = co_await line_.acquire(Deadline::after(patience));
    (turn.granted() ? granted_ : refused_).push_back(who);
    if (turn.granted()) turns_.push_back(std::move(turn));
  }
};

constexpr Duration kLong{60'000};

TEST_F(PutLimiterTest, AsManyAtOnceAndTheOthersInTheirOrder) {
  for (const int who : {1, 2, 3, 4})
    take(who, kLong);
  EXPECT_EQ(granted_, (std::vector{1, 2}));
  give_back(0);
  EXPECT_EQ(granted_, (std::vector{1, 2, 3}));
  give_back(1);
  EXPECT_EQ(granted_, (std::vector{1, 2, 3, 4}));
  // Nobody is in the line: the next ones are at once at work.
  give_back(2);
  give_back(3);
  for (const int who : {5, 6, 7})
    take(who, kLong);
  EXPECT_EQ(granted_, (std::vector{1, 2, 3, 4, 5, 6}));
}

TEST_F(PutLimiterTest, WhoHasWaitedLongEnoughGoesOnWithoutATurn) {
  for (const int who : {1, 2})
    take(who, kLong);
  take(3, Duration(1));
  io_.restart();
  io_.run();
  EXPECT_EQ(refused_, (std::vector{3}));
  // It takes no turn from the next.
  take(4, kLong);
  give_back(0);
  EXPECT_EQ(granted_, (std::vector{1, 2, 4}));
}

TEST_F(PutLimiterTest, AClientHasItsShareAndNoMore) {
  using Share = PutLimiter::Share;
  std::list<Share> shares;
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(shares.emplace_back(line_, "many").granted());
  EXPECT_FALSE(Share(line_, "many").granted());
  EXPECT_TRUE(Share(line_, "other").granted());
  shares.pop_back();
  EXPECT_TRUE(Share(line_, "many").granted());
}

}  // namespace
}  // namespace walstow
