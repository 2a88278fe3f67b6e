#include "proto/link/byte_stream.h"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace walstow {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// A peer that never says anything: reads wait until they are cancelled.
class SilentTransport : public Transport {
 public:
  explicit SilentTransport(asio::io_context& io) : io_(io) {}

  asio::any_io_executor executor() override { return io_.get_executor(); }
  void read_some(asio::mutable_buffer, IoHandler handler) override {
    waiting_.emplace(std::move(handler));
  }
  void write_some(asio::const_buffer, IoHandler) override {}
  void cancel() override {
    if (!waiting_) return;
    asio::post(io_, [handler = std::move(*waiting_)]() mutable {
      std::move(handler)(asio::error::operation_aborted, 0);
    });
    waiting_.reset();
  }

 private:
  asio::io_context& io_;
  std::optional<IoHandler> waiting_;
};

class ByteStreamTest : public testing::Test {
 protected:
  void read() {
    stream_.async_read_some(asio::buffer(bytes_),
                            [this](error_code error, std::size_t) { ended_ = error; });
  }
  void run_until(const std::function<bool()>& condition) {
    const Deadline limit = Deadline::after(std::chrono::seconds(30));
    while (!condition() && !limit.passed())
      io_.run_one_for(std::chrono::seconds(1));
  }

  asio::io_context io_;
  ByteStream stream_{std::make_unique<SilentTransport>(io_)};
  std::array<char, 1> bytes_{};
  std::optional<error_code> ended_;
};

TEST_F(ByteStreamTest, WaitEndsAtTheDeadline) {
  stream_.set_deadline(Deadline::after(Duration(10)));
  read();
  run_until([this] { return ended_.has_value(); });
  EXPECT_EQ(ended_, error_code(asio::error::operation_aborted));
  EXPECT_TRUE(stream_.expired());
}

TEST_F(ByteStreamTest, WaitThatBeginsAfterTheDeadlineEnds) {
  stream_.set_deadline(Deadline::after(Duration(10)));
  run_until([this] { return stream_.expired(); });
  read();
  run_until([this] { return ended_.has_value(); });
  EXPECT_EQ(ended_, error_code(asio::error::operation_aborted));
}

TEST_F(ByteStreamTest, LaterDeadlineReplacesOneThatHasPassed) {
  stream_.set_deadline(Deadline::after(Duration::zero()));
  run_until([this] { return stream_.expired(); });
  const Deadline later = Deadline::after(Duration(200));
  stream_.set_deadline(later);
  EXPECT_FALSE(stream_.expired());
  read();
  run_until([this] { return ended_.has_value(); });
  EXPECT_TRUE(later.passed());
}

TEST_F(ByteStreamTest, LaterDeadlineReplacesOneThatIsToCome) {
  stream_.set_deadline(Deadline::after(Duration(50)));
  const Deadline later = Deadline::after(Duration(200));
  stream_.set_deadline(later);
  read();
  run_until([this] { return ended_.has_value(); });
  EXPECT_TRUE(later.passed());
  EXPECT_TRUE(stream_.expired());
}

TEST_F(ByteStreamTest, EarlierDeadlineReplacesALaterOne) {
  const Deadline later = Deadline::after(std::chrono::seconds(20));
  stream_.set_deadline(later);
  stream_.set_deadline(Deadline::after(Duration(10)));
  read();
  run_until([this] { return ended_.has_value(); });
  EXPECT_TRUE(ended_.has_value());
  EXPECT_FALSE(later.passed());
}

}  // namespace
}  // namespace walstow
