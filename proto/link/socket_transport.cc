#include "proto/link/socket_transport.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>

#include <span>
#include <utility>

namespace walstow {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

using Session = std::shared_ptr<SocketSession>;

// Never calls the handler from within the call that started the operation.
void finish(SocketSession& session, IoHandler handler, error_code error, std::size_t size) {
  const asio::any_io_executor own = session.socket().get_executor();
  const auto target = asio::get_associated_executor(handler, own);
  auto done = [handler = std::move(handler), error, size]() mutable {
    std::move(handler)(error, size);
  };
  asio::post(own, asio::bind_executor(target, std::move(done)));
}

// Passes the handler to `again` when the socket is ready.
template <class Again>
void wait(const Session& session, SocketSession::State state, IoHandler handler, Again again) {
  auto woken = [session, handler = std::move(handler),
                again = std::move(again)](error_code error) mutable {
    if (error) {
      finish(*session, std::move(handler), error, 0);
    } else {
      again(std::move(handler));
    }
  };
  session->socket().async_wait(direction_of(state), std::move(woken));
}

void read(const Session& session, asio::mutable_buffer buffer, IoHandler handler) {
  const auto attempt =
      session->read(std::span(static_cast<std::byte*>(buffer.data()), buffer.size()));
  if (must_wait(attempt.state)) {
    wait(session, attempt.state, std::move(handler),
         [session, buffer](IoHandler waiting) { read(session, buffer, std::move(waiting)); });
    return;
  }
  error_code error = attempt.error;
  const bool at_end = attempt.state == SocketSession::State::kDone && attempt.size == 0;
  if (at_end && buffer.size() > 0) error = asio::error::eof;
  finish(*session, std::move(handler), error, attempt.size);
}

void write(const Session& session, asio::const_buffer buffer, IoHandler handler) {
  const auto attempt =
      session->write(std::span(static_cast<const std::byte*>(buffer.data()), buffer.size()));
  if (must_wait(attempt.state)) {
    wait(session, attempt.state, std::move(handler),
         [session, buffer](IoHandler waiting) { write(session, buffer, std::move(waiting)); });
    return;
  }
  finish(*session, std::move(handler), attempt.error, attempt.size);
}

}  // namespace

void SocketTransport::read_some(asio::mutable_buffer buffer, IoHandler handler) {
  read(session_, buffer, std::move(handler));
}

void SocketTransport::write_some(asio::const_buffer buffer, IoHandler handler) {
  write(session_, buffer, std::move(handler));
}

// Between two waits of one operation, it has no effect; ByteStream's deadline cancels again.
void SocketTransport::cancel() {
  error_code ignored;  // nothing was waiting: nothing to end
  session_->socket().cancel(ignored);
}

}  // namespace walstow
