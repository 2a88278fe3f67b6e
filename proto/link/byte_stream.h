// A connection over any link. It is one type for the HTTP code of both ends, which is therefore
// compiled once and independent of sockets, TLS and SSH.
//
// ByteStream satisfies Beast's AsyncStream requirements. Threads: only its executor's.
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

// The carrier of the bytes: one implementation for each link.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  virtual boost::asio::any_io_executor executor() = 0;
  // As Asio's async_read_some and async_write_some: buffers stay valid until the handler runs.
  virtual void read_some(boost::asio::mutable_buffer buffer, IoHandler handler) = 0;
  virtual void write_some(boost::asio::const_buffer buffer, IoHandler handler) = 0;
  // Ends the waiting operations with operation_aborted.
  virtual void cancel() = 0;
  // Returns why nothing more arrives from `store`, if the remote end has reported it outside the
  // stream or instead of the protocol; nullopt: it has not.
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

  // From now on, every wait ends at `deadline`, with operation_aborted; expired() distinguishes
  // this from other causes. A new deadline replaces the old one.
  void set_deadline(Deadline deadline);
  // Shortens the deadline to `longest` from now if it is later.
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
  // One buffer per call: TLS and SSH send one at a time anyway, and callers loop.
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

  // The state that a timer's handler may still read when it runs late.
  struct State {
    Transport* transport = nullptr;  // nullptr after the stream's destruction
    std::chrono::steady_clock::time_point deadline;
    std::uint64_t waits = 0;  // of the timer; only the last one counts
    bool expired = false;
  };

  static void wait(const std::shared_ptr<State>& state, boost::asio::steady_timer& timer);

  std::unique_ptr<Transport> transport_;
  std::unique_ptr<boost::asio::steady_timer> timer_;
  std::shared_ptr<State> state_;
};

}  // namespace walstow
