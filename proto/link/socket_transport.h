// A transport over a library that uses a socket directly and never waits: OpenSSL and libssh2.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

#include "proto/base/bytes.h"
#include "proto/link/byte_stream.h"

namespace walstow {

// The library's operations. Only one call at a time is possible: the library has one state for both
// directions.
class SocketSession {
 public:
  SocketSession() = default;
  SocketSession(const SocketSession&) = delete;
  SocketSession& operator=(const SocketSession&) = delete;
  virtual ~SocketSession() = default;

  enum class State { kDone, kWaitToRead, kWaitToWrite, kFailed };
  struct Attempt {
    State state = State::kFailed;
    // kDone: the number of bytes that were transferred. 0 from a read means the end of the stream.
    std::size_t size = 0;
    boost::system::error_code error;  // kFailed
  };
  virtual Attempt read(MutableByteView out) = 0;
  // After kWaitTo..., the caller must repeat the call with the same bytes.
  virtual Attempt write(ByteView bytes) = 0;
  virtual boost::asio::ip::tcp::socket& socket() = 0;
};

inline bool must_wait(SocketSession::State state) {
  return state == SocketSession::State::kWaitToRead || state == SocketSession::State::kWaitToWrite;
}

inline boost::asio::ip::tcp::socket::wait_type direction_of(SocketSession::State state) {
  return state == SocketSession::State::kWaitToWrite ? boost::asio::ip::tcp::socket::wait_write
                                                     : boost::asio::ip::tcp::socket::wait_read;
}

// Calls `step`, which returns an Attempt, and waits on the socket as the Attempt asks, until an
// Attempt needs no wait. Returns that Attempt. Returns kFailed with operation_aborted if a wait was
// cancelled.
template <class Step>
boost::asio::awaitable<SocketSession::Attempt> complete(boost::asio::ip::tcp::socket& socket,
                                                        Step step) {
  for (;;) {
    const SocketSession::Attempt attempt = step();
    if (!must_wait(attempt.state)) co_return attempt;
    boost::system::error_code error;
    co_await socket.async_wait(direction_of(attempt.state),
                               boost::asio::redirect_error(boost::asio::use_awaitable, error));
    if (error) co_return SocketSession::Attempt{.error = error};
  }
}

// The session is destroyed after the last handler that waits on its socket has run.
class SocketTransport : public Transport {
 public:
  explicit SocketTransport(std::shared_ptr<SocketSession> session) : session_(std::move(session)) {}

  boost::asio::any_io_executor executor() override { return session_->socket().get_executor(); }
  void read_some(boost::asio::mutable_buffer buffer, IoHandler handler) override;
  void write_some(boost::asio::const_buffer buffer, IoHandler handler) override;
  void cancel() override;

 private:
  std::shared_ptr<SocketSession> session_;
};

}  // namespace walstow
