#include "tests/fuzz/memory_transport.h"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>

namespace walstow {
namespace {

class MemoryTransport : public Transport {
 public:
  MemoryTransport(boost::asio::any_io_executor executor, SilentPeer& peer)
      : executor_(std::move(executor)), peer_(peer), step_(peer.longest_piece) {}

  boost::asio::any_io_executor executor() override { return executor_; }

  void read_some(boost::asio::mutable_buffer buffer, IoHandler handler) override {
    const std::size_t piece = step_++ * 181 % (peer_.longest_piece + std::size_t{1}) + 1;
    const std::size_t size = std::min({piece, buffer.size(), peer_.sends.size() - sent_});
    std::copy_n(peer_.sends.data() + sent_, size, static_cast<char*>(buffer.data()));
    sent_ += size;
    complete(std::move(handler),
             size == 0 && buffer.size() > 0 ? boost::asio::error::eof : boost::system::error_code(),
             size);
  }

  void write_some(boost::asio::const_buffer buffer, IoHandler handler) override {
    peer_.received.append(static_cast<const char*>(buffer.data()), buffer.size());
    complete(std::move(handler), {}, buffer.size());
  }

  void cancel() override {}  // nothing ever waits

 private:
  void complete(IoHandler handler, boost::system::error_code error, std::size_t size) {
    boost::asio::post(executor_, [handler = std::move(handler), error, size]() mutable {
      std::move(handler)(error, size);
    });
  }

  boost::asio::any_io_executor executor_;
  SilentPeer& peer_;
  std::size_t sent_ = 0;
  std::size_t step_;
};

}  // namespace

std::unique_ptr<Transport> make_memory_transport(boost::asio::any_io_executor executor,
                                                 SilentPeer& peer) {
  return std::make_unique<MemoryTransport>(std::move(executor), peer);
}

}  // namespace walstow
