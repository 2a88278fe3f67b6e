#include "proto/link/descriptor_transport.h"

#include <boost/asio/posix/stream_descriptor.hpp>

namespace walstow {
namespace {

class DescriptorTransport : public Transport {
 public:
  DescriptorTransport(const boost::asio::any_io_executor& executor, Descriptor read,
                      Descriptor write)
      : read_(executor, read.release()), write_(executor) {
    if (write) write_.assign(write.release());
  }

  boost::asio::any_io_executor executor() override { return read_.get_executor(); }

  void read_some(boost::asio::mutable_buffer buffer, IoHandler handler) override {
    read_.async_read_some(buffer, std::move(handler));
  }

  void write_some(boost::asio::const_buffer buffer, IoHandler handler) override {
    (write_.is_open() ? write_ : read_).async_write_some(buffer, std::move(handler));
  }

  void cancel() override {
    boost::system::error_code ignored;  // nothing was waiting: nothing to end
    read_.cancel(ignored);
    write_.cancel(ignored);
  }

 private:
  boost::asio::posix::stream_descriptor read_;
  boost::asio::posix::stream_descriptor write_;
};

}  // namespace

std::unique_ptr<Transport> make_descriptor_transport(boost::asio::any_io_executor executor,
                                                     Descriptor read, Descriptor write) {
  return std::make_unique<DescriptorTransport>(executor, std::move(read), std::move(write));
}

}  // namespace walstow
