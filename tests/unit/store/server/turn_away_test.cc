#include "store/server/turn_away.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <sys/socket.h>
#include <thread>

#include "proto/link/descriptor_transport.h"

namespace walstow {
namespace {

class TurnAwayTest : public testing::Test {
 protected:
  TurnAwayTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    own_ = Descriptor(ends[0]);
    server_ = std::thread([theirs = ends[1]] {
      boost::asio::io_context io;
      auto stream = ByteStream(
          make_descriptor_transport(io.get_executor(), Descriptor(theirs), Descriptor()));
      const Refusal refusal = make_refusal(Code::kUnknownClient, "it is gone");
      boost::asio::co_spawn(io, turn_away(std::move(stream), refusal),
                            [](std::exception_ptr error) { EXPECT_FALSE(error); });
      io.run();
    });
  }
  ~TurnAwayTest() override { server_.join(); }

  std::string read_to_end() const {
    std::string answer;
    std::array<char, 4096> chunk{};
    for (ssize_t size = 0; (size = recv(own_.get(), chunk.data(), chunk.size(), 0)) > 0;) {
      answer.append(chunk.data(), static_cast<std::size_t>(size));
    }
    return answer;
  }

  Descriptor own_;
  std::thread server_;
};

TEST_F(TurnAwayTest, PeerIsToldWithoutAskingAndLeftSoon) {
  const std::string answer = read_to_end();  // or the test's time-out ends it
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
  EXPECT_NE(answer.find("it is gone"), std::string::npos) << answer;
}

TEST_F(TurnAwayTest, NothingThatItSendsIsWaitedFor) {
  const std::string data(4096, 'x');
  std::size_t sent = 0;
  while (sent < std::size_t{64} << 20U) {
    const ssize_t size = send(own_.get(), data.data(), data.size(), MSG_NOSIGNAL);
    if (size <= 0) break;
    sent += static_cast<std::size_t>(size);
  }
  EXPECT_LT(sent, std::size_t{4} << 20U);
  EXPECT_TRUE(read_to_end().starts_with("HTTP/1.1 403 "));
}

}  // namespace
}  // namespace walstow
