#include "store/server/put_limiter.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace walstow {
namespace {

namespace asio = boost::asio;
using Refused = PutLimiter::Permit::Refused;
using Names = std::vector<std::string>;

class PutLimiterTest : public testing::Test {
 protected:
  // A put, which stays at work once it is. Its client is the letter it begins with: "a2" is of "a".
  void put(const std::string& name, Duration patience = Duration(60'000)) {
    asio::co_spawn(io_, wait(name, patience),
                   [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
    go_on();
  }
  void end(const std::string& name) {
    ASSERT_EQ(permits_.erase(name), 1U) << name;
    go_on();
  }
  void go_on() {
    io_.restart();
    io_.poll();
  }

  asio::io_context io_;
  PutLimiter puts_{{.at_once = 2, .beside = 1, .of_one_client = 4}};
  Names begun_;
  std::map<std::string, Refused> refused_;
  std::map<std::string, PutLimiter::Permit> permits_;

 private:
  asio::awaitable<void> wait(std::string name, Duration patience) {
    auto permit = co_await puts_.acquire(name.substr(0, 1), Deadline::after(patience));
    if (permit.granted()) {
      begun_.push_back(name);
      permits_.emplace(name, std::move(permit));
    } else {
      refused_.emplace(name, permit.refused());
    }
  }
};

TEST_F(PutLimiterTest, AsManyAtOnceAndTheOthersInTheirOrder) {
  for (const char* name : {"a1", "a2", "a3", "a4"})
    put(name);
  EXPECT_EQ(begun_, (Names{"a1", "a2"}));
  end("a1");
  EXPECT_EQ(begun_, (Names{"a1", "a2", "a3"}));
  end("a2");
  EXPECT_EQ(begun_, (Names{"a1", "a2", "a3", "a4"}));
  // Nobody waits: the next ones are at once at work.
  end("a3");
  end("a4");
  for (const char* name : {"a5", "a6", "a7"})
    put(name);
  EXPECT_EQ(begun_, (Names{"a1", "a2", "a3", "a4", "a5", "a6"}));
}

TEST_F(PutLimiterTest, AClientWithNoneAtWorkWaitsForNobodyElse) {
  for (const char* name : {"a1", "a2", "a3", "b1"})
    put(name);
  EXPECT_EQ(begun_, (Names{"a1", "a2", "b1"}));
  // Its second one waits, and goes before those of who has more.
  put("b2");
  end("b1");
  EXPECT_EQ(begun_, (Names{"a1", "a2", "b1", "b2"}));
}

TEST_F(PutLimiterTest, TheRoomBesideIsBoundedToo) {
  for (const char* name : {"a1", "a2", "b1", "c1"})
    put(name);
  EXPECT_EQ(begun_, (Names{"a1", "a2", "b1"}));
  put("a3");
  end("a1");
  EXPECT_EQ(begun_, (Names{"a1", "a2", "b1", "c1"})) << "a has one at work, c none";
  end("c1");
  EXPECT_EQ(begun_.size(), 4U) << "two are at work, and a is one of them";
  end("b1");
  EXPECT_EQ(begun_.back(), "a3");
}

TEST_F(PutLimiterTest, WhoHasWaitedLongEnoughIsTold) {
  for (const char* name : {"a1", "a2"})
    put(name);
  put("a3", Duration(1));
  io_.restart();
  io_.run();
  EXPECT_EQ(refused_, (std::map<std::string, Refused>{{"a3", Refused::kTooMany}}));
  // It takes no turn from the next.
  put("a4");
  end("a1");
  EXPECT_EQ(begun_, (Names{"a1", "a2", "a4"}));
}

TEST_F(PutLimiterTest, AClientHasItsShareAndNoMore) {
  for (const char* name : {"a1", "a2", "a3", "a4", "a5"})
    put(name);
  EXPECT_EQ(refused_, (std::map<std::string, Refused>{{"a5", Refused::kTooManyOfClient}}));
  put("b1");
  EXPECT_EQ(begun_.back(), "b1");
  end("a1");
  put("a6");
  EXPECT_EQ(refused_.size(), 1U);
}

}  // namespace
}  // namespace walstow
