#include "proto/link/tls_transport.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>

namespace walstow {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

class TlsTransport : public Transport {
 public:
  explicit TlsTransport(TlsStream stream) : stream_(std::move(stream)) {}
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;
  // OpenSSL lets no session be resumed whose connection went without a farewell. Ours need none.
  ~TlsTransport() override {
    SSL_set_shutdown(stream_.native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }

  asio::any_io_executor executor() override { return stream_.get_executor(); }

  void read_some(asio::mutable_buffer buffer, IoHandler handler) override {
    auto executor = asio::get_associated_executor(handler, stream_.get_executor());
    auto done = [handler = std::move(handler)](error_code error, std::size_t size) mutable {
      if (error == asio::ssl::error::stream_truncated) error = asio::error::eof;
      std::move(handler)(error, size);
    };
    stream_.async_read_some(buffer, asio::bind_executor(executor, std::move(done)));
  }

  void write_some(asio::const_buffer buffer, IoHandler handler) override {
    stream_.async_write_some(buffer, std::move(handler));
  }

  void cancel() override {
    error_code ignored;  // nothing was waiting: nothing to end
    stream_.next_layer().cancel(ignored);
  }

 private:
  TlsStream stream_;
};

}  // namespace

std::unique_ptr<Transport> make_tls_transport(TlsStream stream) {
  return std::make_unique<TlsTransport>(std::move(stream));
}

}  // namespace walstow
