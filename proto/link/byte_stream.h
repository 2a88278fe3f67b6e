// A connection, whatever carries it: one type for the HTTP code of both ends, so that it is
// compiled once and never knows of sockets, TLS or SSH.
//
// ByteStream satisfies Beast's AsyncStream requirements. Threads: used from its executor only.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "proto/base/deadline.h"
#include "proto/base/error.h"

namespace walstow {

using IoHandler = boost::asio::any_completion_handler<void(boost::system::error_code, std::size_t)>;

// What carries the bytes: one for each link.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  virtual boost::asio::any_io_executor executor() = 0;
  // As async_read_some / async_write_some of Asio: buffers stay valid until the handler runs.
  virtual void read_some(boost::asio::mutable_buffer buffer, IoHandler handler) = 0;
  virtual void write_some(boost::asio::const_buffer buffer, IoHandler handler) = 0;
  // Ends what is waiting with operation_aborted.
  virtual void cancel() = 0;
  // Why nothing more comes from `store`, where the far end has said so beside the stream or in its
  // place; nullopt: it has not.
  virtual std::optional<Error> explain(const std::string& /*store*/) const { return std::nullopt; }
};

class ByteStream {
 public:
  using executor_type = boost::asio::any_io_executor;

  explicit ByteStream(std::unique_ptr<Transport> transport);
  ByteStream(ByteStream&&) noexcept = default;
  ByteStream& operator=(ByteStream&&) noexcept = default;
  ~ByteStream();

  executor_type get_executor() { return transport_->executor(); }

  // Every wait from now on ends at `deadline`, with operation_aborted; expired() tells it apart
  // from other ends. A new deadline replaces the old one.
  void set_deadline(Deadline deadline);
  // Brings it nearer, where it is farther away than `longest`.
  void bound_wait(Duration longest);
  bool expired() const { return state_->expired; }

  std::optional<Error> explain(const std::string& store) const {
    return transport_->explain(store);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, boost::asio::mutable_buffer buffer) {
          transport_->read_some(buffer, IoHandler(std::move(handler)));
        },
        token, first_of<boost::asio::mutable_buffer>(buffers));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, boost::asio::const_buffer buffer) {
          transport_->write_some(buffer, IoHandler(std::move(handler)));
        },
        token, first_of<boost::asio::const_buffer>(buffers));
  }

 private:
  // One buffer a call: TLS and SSH send one at a time anyway, and callers loop.
  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    // NOLINTBEGIN(readability-qualified-auto): pointers for some sequences only
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto it = boost::asio::buffer_sequence_begin(buffers); it != end; ++it) {
      const Buffer buffer(*it);
      if (buffer.size() > 0) return buffer;
    }
    // NOLINTEND(readability-qualified-auto)
    return Buffer();
  }

  // What a timer's handler may still look at when it runs late.
  struct State {
    Transport* transport = nullptr;  // nullptr once the stream is gone
    std::chrono::steady_clock::time_point deadline;
    std::uint64_t waits = 0;  // of the timer; the last one counts
    bool expired = false;
  };

  static void wait(const std::shared_ptr<State>& state, boost::asio::steady_timer& timer);

  std::unique_ptr<Transport> transport_;
  std::unique_ptr<boost::asio::steady_timer> timer_;
  std::shared_ptr<State> state_;
};

}  // namespace walstow
