#include "proto/link/tls/tls_session.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>

#include <cerrno>
#include <new>
#include <utility>

namespace walstow {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// Bytes: four records with all that TLS adds, as many as one Asio write (64 kB). Otherwise each
// record would be a system call of its own, and wake the peer.
constexpr int kWriteBuffer = 4 * SSL3_RT_MAX_PACKET_SIZE;

}  // namespace

TlsSession::TlsSession(asio::ip::tcp::socket socket, asio::ssl::context& context)
    : socket_(std::move(socket)), ssl_(SSL_new(context.native_handle())) {
  if (ssl_ == nullptr) throw std::bad_alloc();
  socket_.native_non_blocking(true);
  if (SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1) throw std::bad_alloc();
  gather_records();
}

void TlsSession::gather_records() {
  BIO* const buffer = BIO_new(BIO_f_buffer());
  if (buffer == nullptr) throw std::bad_alloc();
  // Both directions use the socket's one BIO, and each counts it as its own.
  BIO* const socket = SSL_get_rbio(ssl_.get());
  BIO_up_ref(socket);
  SSL_set0_wbio(ssl_.get(), BIO_push(buffer, socket));
  if (BIO_set_write_buffer_size(buffer, kWriteBuffer) != 1) throw std::bad_alloc();
}

TlsSession::~TlsSession() {
  // OpenSSL lets no session be resumed whose connection ended without close_notify. walstow needs
  // none.
  SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

// `call` returns 1 for success, and then sets the size.
template <class Call>
TlsSession::Attempt TlsSession::attempt(Call call) {
  ERR_clear_error();  // an entry in this thread's queue would count as this call's
  errno = 0;
  std::size_t size = 0;
  const int result = call(size);
  if (result == 1) return {.state = State::kDone, .size = size};
  const int system_error = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {.state = State::kWaitToRead};
    case SSL_ERROR_WANT_WRITE:
      return {.state = State::kWaitToWrite};
    case SSL_ERROR_ZERO_RETURN:
      return {.error = asio::ssl::error::stream_truncated};
    case SSL_ERROR_SYSCALL:
      if (system_error == 0) return {.error = asio::ssl::error::stream_truncated};
      return {.error = error_code(system_error, boost::system::system_category())};
    default:
      break;
  }
  const auto code = ERR_get_error();
  if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    return {.error = asio::ssl::error::stream_truncated};
  }
  return {.error = error_code(static_cast<int>(code), asio::error::get_ssl_category())};
}

asio::awaitable<error_code> TlsSession::handshake(Side side) {
  auto step = [this, side] {
    return attempt([this, side](std::size_t&) {
      return side == Side::kClient ? SSL_connect(ssl_.get()) : SSL_accept(ssl_.get());
    });
  };
  const Attempt done = co_await complete(socket_, std::move(step));
  co_return done.error;
}

SocketSession::Attempt TlsSession::read(MutableByteView out) {
  std::size_t total = 0;
  while (total < out.size()) {
    const MutableByteView rest = out.subspan(total);
    const Attempt one =
        next_ ? *std::exchange(next_, std::nullopt) : attempt([this, rest](std::size_t& size) {
          return SSL_read_ex(ssl_.get(), rest.data(), rest.size(), &size);
        });
    if (one.state == State::kDone) {
      total += one.size;
    } else if (total > 0) {
      if (one.state == State::kFailed) next_ = one;
      break;
    } else if (one.error == asio::ssl::error::stream_truncated) {
      return {.state = State::kDone};
    } else {
      return one;
    }
  }
  return {.state = State::kDone, .size = total};
}

SocketSession::Attempt TlsSession::write(ByteView bytes) {
  if (bytes.empty()) return {.state = State::kDone};
  if (!gathered_) {
    const Attempt encrypted = attempt([this, bytes](std::size_t& size) {
      return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size);
    });
    if (encrypted.state != State::kDone) return encrypted;
    gathered_ = encrypted.size;
  }
  BIO* const out = SSL_get_wbio(ssl_.get());
  errno = 0;
  if (BIO_flush(out) == 1) return {.state = State::kDone, .size = *std::exchange(gathered_, {})};
  if (BIO_should_retry(out) != 0) return {.state = State::kWaitToWrite};
  return {.error = error_code(errno != 0 ? errno : EPIPE, boost::system::system_category())};
}

}  // namespace walstow
