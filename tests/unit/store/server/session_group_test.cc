// A daemon's end: idle sessions go at once, busy ones finish their request, stuck ones are cut.
#include "store/server/session_group.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <sys/socket.h>
#include <thread>

#include "proto/link/descriptor_transport.h"
#include "store/server/session.h"
#include "tests/support/service_fixture.h"

namespace walstow {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kHeld = "000000010000000000000001";
constexpr Duration kLongEnough{60'000};

class SessionGroupTest : public ServiceTest {
 protected:
  SessionGroupTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    own_ = Descriptor(ends[0]);
    ByteStream stream(make_descriptor_transport(io_.get_executor(), Descriptor(ends[1]), {}));
    SessionContext context{
        .handler = handler, .workers = workers_, .caller = caller, .peer = {}, .limits = {}};
    context.group = &group_;
    asio::co_spawn(io_, serve(std::move(stream), std::move(context)),
                   [](std::exception_ptr error) { EXPECT_EQ(error, nullptr); });
    server_ = std::thread([this] { io_.run(); });
  }
  ~SessionGroupTest() override {
    own_ = Descriptor();
    server_.join();
    workers_.join();
  }

  void send_text(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = send(own_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      ASSERT_GT(sent, 0);
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // Up to `end`, or to the end of the connection.
  std::string receive(std::string_view end = {}) const {
    std::string text;
    std::array<char, 4096> chunk{};
    while (end.empty() || text.find(end) == std::string::npos) {
      const ssize_t size = recv(own_.get(), chunk.data(), chunk.size(), 0);
      if (size <= 0) break;
      text.append(chunk.data(), static_cast<std::size_t>(size));
    }
    return text;
  }
  asio::io_context io_;
  WorkerPool workers_{1};
  SessionGroup group_{io_.get_executor()};
  Descriptor own_;
  std::thread server_;
};

TEST_F(SessionGroupTest, IdleSessionEndsAtOnce) {
  send_text(request_text(Whoami{}));
  EXPECT_TRUE(receive("}\n").starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(group_.size(), 1U);
  group_.ask_to_end(SessionGroup::Haste::kFinishRequest);
  EXPECT_EQ(receive(), "");
}

TEST_F(SessionGroupTest, BusySessionFinishesItsRequestAndTakesNoOther) {
  const std::string content = segment_content(kHeld);
  PutFile put = put_of(kHeld, content);
  put.ask_first = true;  // its answer shows that the store is waiting for the body
  send_text(request_text(put, "Content-Length: " + std::to_string(content.size()) + "\r\n"));
  EXPECT_TRUE(receive("\r\n\r\n").starts_with("HTTP/1.1 100 "));
  group_.ask_to_end(SessionGroup::Haste::kFinishRequest);
  send_text(content);
  const std::string answer = receive();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 201 ")) << answer;
  EXPECT_EQ(get(kHeld).status, 200);
}

TEST_F(SessionGroupTest, StuckSessionIsCut) {
  const std::string content = segment_content(kHeld);
  PutFile put = put_of(kHeld, content);
  put.ask_first = true;
  send_text(request_text(put, "Content-Length: " + std::to_string(content.size()) + "\r\n"));
  EXPECT_TRUE(receive("\r\n\r\n").starts_with("HTTP/1.1 100 "));
  group_.ask_to_end(SessionGroup::Haste::kFinishRequest);
  group_.ask_to_end(SessionGroup::Haste::kAtOnce);
  EXPECT_EQ(receive(), "");
  EXPECT_NE(get(kHeld).status, 200);
}

TEST_F(SessionGroupTest, WaitEndsWhenTheLastOneIsGone) {
  asio::io_context waiting;
  SessionGroup group(waiting.get_executor());
  std::optional<SessionGroup::Membership> last(std::in_place, group, [](SessionGroup::Haste) {});
  const Deadline deadline = Deadline::after(kLongEnough);
  asio::co_spawn(waiting, group.wait_until_empty(deadline),
                 [](std::exception_ptr error) { EXPECT_EQ(error, nullptr); });
  waiting.poll();
  group.ask_to_end(SessionGroup::Haste::kFinishRequest);
  last.reset();
  waiting.run();
  EXPECT_FALSE(deadline.passed());
}

TEST_F(SessionGroupTest, LateSessionIsAskedAtOnce) {
  group_.ask_to_end(SessionGroup::Haste::kFinishRequest);
  bool asked = false;
  const SessionGroup::Membership late(group_, [&asked](SessionGroup::Haste) { asked = true; });
  EXPECT_TRUE(asked);
}

}  // namespace
}  // namespace walstow
