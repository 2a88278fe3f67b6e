#include "store/server/session.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <future>
#include <poll.h>
#include <sys/socket.h>
#include <thread>

#include "proto/link/descriptor_transport.h"
#include "store/backend/directory_backend.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/service_fixture.h"

namespace walstow {
namespace {

constexpr std::string_view kAsked = "000000010000000000000001";
// Less than the wait for a turn, and than the default deadlines.
constexpr Duration kSoon{8000};

// A session on one end of a socketpair; the test writes and reads bytes on the other.
class SessionTest : public ServiceTest {
 protected:
  // Sends `request`, then (unless the peer is to stay silent) no more, and reads to the end.
  enum class Then { kClose, kStaySilent };
  std::string exchange(std::string_view request, Then then = Then::kClose,
                       SessionLimits limits = {}) {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const Descriptor own(ends[0]);
    std::thread server([&, theirs = ends[1]] { serve_on(Descriptor(theirs), limits); });
    std::thread writer([&] {
      std::string_view rest = request;
      while (!rest.empty()) {
        const ssize_t sent = send(own.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(sent));
      }
      if (then == Then::kClose) shutdown(own.get(), SHUT_WR);
    });
    std::string answer;
    std::array<char, 4096> chunk{};
    for (ssize_t size = 0; (size = recv(own.get(), chunk.data(), chunk.size(), 0)) > 0;) {
      answer.append(chunk.data(), static_cast<std::size_t>(size));
    }
    writer.join();
    server.join();
    return answer;
  }

  void serve_on(Descriptor end, const SessionLimits& limits) {
    boost::asio::io_context io;
    WorkerPool workers(1);
    boost::asio::co_spawn(
        io,
        serve(ByteStream(make_descriptor_transport(io.get_executor(), std::move(end), {})),
              {.handler = *served_,
               .workers = workers,
               .caller = caller,
               .limits = limits,
               .puts = puts_,
               .hosts = hosts_}),
        [this](std::exception_ptr error) { ended_with_ = error; });
    io.run();
    workers.join();
  }
  void TearDown() override { EXPECT_EQ(ended_with_, nullptr); }

  static std::string put_request(std::string_view content) {
    return request_text(put_of(kAsked, content),
                        "Content-Length: " + std::to_string(content.size()) + "\r\n") +
           std::string(content);
  }

  Handler* served_ = &handler;
  PutLimiter* puts_ = nullptr;
  const std::vector<HostPort>* hosts_ = nullptr;
  std::exception_ptr ended_with_;  // of the last session
};

TEST_F(SessionTest, PutAndGetOnOneConnection) {
  const std::string content = segment_content(kAsked);
  const std::string answer = exchange(put_request(content) + request_text(get_of(kAsked)));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 201 "));
  EXPECT_TRUE(answer.ends_with(content));
  EXPECT_NE(answer.find("Walstow-Version: 1\r\n"), std::string::npos);
}

TEST_F(SessionTest, ChunkedBodyIsTaken) {
  const std::string content = segment_content(kAsked);
  const std::string request =
      request_text(put_of(kAsked, content), "Transfer-Encoding: chunked\r\n") + "80000\r\n" +
      content.substr(0, 0x80000) + "\r\n80000\r\n" + content.substr(0x80000) + "\r\n0\r\n\r\n";
  EXPECT_TRUE(exchange(request).starts_with("HTTP/1.1 201 "));
}

TEST_F(SessionTest, EndlessTextAroundTheChunksIsCut) {
  const std::string content = segment_content(kAsked);
  const std::string filler(1U << 20, 'x');
  std::string fields;
  while (fields.size() < filler.size())
    fields += "X: " + filler.substr(0, 1000) + "\r\n";
  for (const std::string& body : {"100000;a=" + filler + "\r\n" + content + "\r\n0\r\n\r\n",
                                  "100000\r\n" + content + "\r\n0\r\n" + fields + "\r\n"}) {
    EXPECT_EQ(
        exchange(request_text(put_of(kAsked, content), "Transfer-Encoding: chunked\r\n") + body),
        "");
    EXPECT_EQ(code_of(get(kAsked)), "unknown-system");
  }
}

TEST_F(SessionTest, RefusedBodyIsReadPastAndTheConnectionGoesOn) {
  const std::string content = segment_content(kAsked);
  ask_as_client({Right::kRestore});
  const std::string answer = exchange(put_request(content) + request_text(Whoami{}));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 "));
  EXPECT_NE(answer.find("HTTP/1.1 200 "), std::string::npos);
}

TEST_F(SessionTest, FileThatStandsIsAnsweredBeforeItsBody) {
  const std::string content = segment_content(kAsked);
  EXPECT_EQ(put(kAsked, content).status, 201);
  PutFile again = put_of(kAsked, content);
  again.ask_first = true;
  const std::string request =
      request_text(again, "Content-Length: " + std::to_string(content.size()) + "\r\n");
  const std::string answer = exchange(request, Then::kStaySilent);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 "));
}

TEST_F(SessionTest, FileThatIsNewIsAskedFor) {
  const std::string content = segment_content(kAsked);
  PutFile first = put_of(kAsked, content);
  first.ask_first = true;
  const std::string request =
      request_text(first, "Content-Length: " + std::to_string(content.size()) + "\r\n") + content;
  const std::string answer = exchange(request);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 "));
}

TEST_F(SessionTest, PutThatIsCutAnywhereLeavesNothing) {
  const std::string content = segment_content(kAsked);
  const std::string request = put_request(content);
  const std::size_t head = request.size() - content.size();
  // Every byte of the head, and places all over the body.
  for (std::size_t cut = 0; cut < request.size(); cut += cut < head + 10 ? 1 : 99991) {
    exchange(request.substr(0, cut));
    const Response response = get(kAsked);
    ASSERT_EQ(code_of(response), "unknown-system") << "cut at byte " << cut;
  }
  EXPECT_TRUE(exchange(request).starts_with("HTTP/1.1 201 "));
}

TEST_F(SessionTest, FailedFolderSyncIsAnsweredAndEndsTheService) {
  EXPECT_EQ(put("000000010000000000000002").status, 201);
  const auto faults = std::make_shared<FaultPlan>();
  faults->fail_every(FileCall::kSyncFolder, EIO);
  Handler failing(
      [&] {
        return std::make_unique<Archive>(make_directory_backend(
            with_faults(open_posix_file_system(archive_folder.string()), faults)));
      },
      1);
  served_ = &failing;
  const std::string content = segment_content(kAsked);
  EXPECT_TRUE(exchange(put_request(content) + request_text(Whoami{})).starts_with("HTTP/1.1 500 "));
  ASSERT_NE(ended_with_, nullptr);
  try {
    std::rethrow_exception(std::exchange(ended_with_, nullptr));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kFatal);
  }
}

TEST_F(SessionTest, WhatIsNotHttpIsRefused) {
  for (const std::string_view junk :
       {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "GET / HTTP/9\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n"}) {
    const std::string answer = exchange(junk);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << junk;
  }
}

TEST_F(SessionTest, EndlessHeadIsRefused) {
  const std::string request = "GET /v1/whoami HTTP/1.1\r\nX: " + std::string(1U << 20, 'x');
  EXPECT_TRUE(exchange(request).starts_with("HTTP/1.1 400 "));
}

TEST_F(SessionTest, HeadOfTooManyFieldsIsRefused) {
  const auto with_fields = [](std::size_t count) {
    std::string request = "GET /v1/whoami HTTP/1.1\r\n";
    for (std::size_t i = 0; i < count; ++i)
      request += "F" + std::to_string(i) + ":\r\n";
    return request + "\r\n";
  };
  EXPECT_TRUE(exchange(with_fields(kMostFields)).starts_with("HTTP/1.1 200 "));
  const std::string refused =
      exchange(with_fields(kMostFields + 1), Then::kStaySilent, {.idle = kSoon});
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 400 ")) << refused;
}

TEST_F(SessionTest, UnknownMethodIsRefused) {
  EXPECT_TRUE(exchange("BREW / HTTP/1.1\r\nHost: w\r\n\r\n").starts_with("HTTP/1.1 400 "));
}

TEST_F(SessionTest, SilentPeerIsLeftAtItsDeadline) {
  const SessionLimits limits{.idle = Duration(20), .progress = Duration(20)};
  exchange("GET /v1/wh", Then::kStaySilent, limits);  // returns, or the test's time-out ends it
  const std::string content = segment_content(kAsked);
  exchange(put_request(content).substr(0, 5000), Then::kStaySilent, limits);
  EXPECT_EQ(code_of(get(kAsked)), "unknown-system");
}

// A byte now and then is no progress: what counts is the chunk.
TEST_F(SessionTest, TrickleIsLeftAtItsDeadline) {
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const Descriptor own(ends[0]);
  const SessionLimits limits{.progress = Duration(200)};
  std::thread server([&, theirs = ends[1]] { serve_on(Descriptor(theirs), limits); });
  const std::string request = put_request(segment_content(kAsked));
  const std::size_t head = request.find("\r\n\r\n") + 4;
  ASSERT_EQ(send(own.get(), request.data(), head, MSG_NOSIGNAL), static_cast<ssize_t>(head));
  bool closed = false;
  const Deadline patience = Deadline::after(Duration(10'000));
  for (std::size_t sent = head; !closed && !patience.passed(); ++sent) {
    pollfd end{.fd = own.get(), .events = POLLIN, .revents = 0};
    closed = poll(&end, 1, 20) > 0 || send(own.get(), &request[sent], 1, MSG_NOSIGNAL) != 1;
  }
  EXPECT_TRUE(closed);
  shutdown(own.get(), SHUT_RDWR);
  server.join();
}

TEST_F(SessionTest, BodyOfARefusedRequestIsNotReadBeyondWhatItsHeadSays) {
  ask_as_client({Right::kRestore});
  const std::string content = segment_content(kAsked);
  const std::string request =
      request_text(put_of(kAsked, content), "Content-Length: 1000000000000\r\n") + content;
  const auto began = Clock::now();
  EXPECT_TRUE(exchange(request, Then::kStaySilent).starts_with("HTTP/1.1 403 "));
  EXPECT_LT(Clock::now() - began, kSoon);
}

TEST_F(SessionTest, BodyOfARefusedRequestIsNotWaitedForLong) {
  ask_as_client({Right::kRestore});
  const std::string request = put_request(segment_content(kAsked));
  const auto began = Clock::now();
  const std::string answer = exchange(request.substr(0, request.size() / 2), Then::kStaySilent);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 "));
  EXPECT_LT(Clock::now() - began, kSoon);
}

TEST_F(SessionTest, RefusedPutTakesNoTurn) {
  ask_as_client({Right::kRestore});
  PutLimiter none({.at_once = 0, .beside = 0, .of_one_client = 0});
  puts_ = &none;
  const auto began = Clock::now();
  const std::string answer = exchange(put_request(segment_content(kAsked)));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 "));
  EXPECT_LT(Clock::now() - began, kSoon);
}

TEST_F(SessionTest, PutBeyondThoseOfItsClientIsRefused) {
  PutLimiter puts({.at_once = 1, .beside = 0, .of_one_client = 1});
  puts_ = &puts;
  const std::string request = put_request(segment_content(kAsked));
  {
    std::optional<PutLimiter::Permit> other;
    const auto take = [&]() -> boost::asio::awaitable<void> {
      other.emplace(co_await puts.acquire(caller.name, Deadline::after(kSoon)));
    };
    boost::asio::io_context io;
    auto taken = boost::asio::co_spawn(io, take, boost::asio::use_future);
    io.run();
    taken.get();
    EXPECT_TRUE(exchange(request).starts_with("HTTP/1.1 503 "));
  }
  EXPECT_TRUE(exchange(request).starts_with("HTTP/1.1 201 "));
}

TEST_F(SessionTest, ClientThatIsUnknownByNowIsAnsweredAndClosed) {
  caller = {.kind = Caller::Kind::kNamed, .name = "gone"};
  const std::string content = segment_content(kAsked);
  const auto began = Clock::now();
  for (const std::string& request :
       {put_request(content).substr(0, 5000),
        std::string("GET /what/is/this HTTP/1.1\r\nHost: w\r\n\r\n")}) {
    const std::string answer = exchange(request, Then::kStaySilent, {.idle = kSoon});
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
    EXPECT_NE(answer.find("unknown-client"), std::string::npos) << answer;
  }
  EXPECT_LT(Clock::now() - began, kSoon);
}

// A page of another site has a browser send it, with the certificate of the browser's user.
TEST_F(SessionTest, ChangeThatAnotherSiteAsksFor) {
  const std::string check = "POST /v1/clusters/main/check HTTP/1.1\r\nHost: w\r\n";
  for (const char* const field : {"Origin: https://evil.example", "Sec-Fetch-Site: cross-site"}) {
    const std::string answer = exchange(fmt::format("{}{}\r\n\r\n", check, field));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
    EXPECT_NE(answer.find("a web page of another site"), std::string::npos) << answer;
  }
  // Typed into the browser, or read by it.
  EXPECT_FALSE(
      exchange(fmt::format("{}Sec-Fetch-Site: none\r\n\r\n", check)).starts_with("HTTP/1.1 403 "));
  EXPECT_TRUE(exchange("GET /v1/whoami HTTP/1.1\r\nHost: w\r\nSec-Fetch-Site: cross-site\r\n\r\n")
                  .starts_with("HTTP/1.1 200 "));
}

// A browser that was led to another name's address must not read the answer.
TEST_F(SessionTest, RequestThatNamesAnotherHost) {
  const std::vector<HostPort> own{{.host = "archive1", .port = 9433}};
  hosts_ = &own;
  for (const std::string host : {"localhost:9433", "127.0.0.1", "[::1]:9433", "ARCHIVE1:9433"}) {
    const std::string request = fmt::format("GET /v1/whoami HTTP/1.1\r\nHost: {}\r\n\r\n", host);
    EXPECT_TRUE(exchange(request).starts_with("HTTP/1.1 200 ")) << host;
  }
  const std::string answer = exchange("GET /v1/whoami HTTP/1.1\r\nHost: evil.example:9433\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
  EXPECT_NE(answer.find("\"no-right\""), std::string::npos) << answer;
}

}  // namespace
}  // namespace walstow
