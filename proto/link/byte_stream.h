// A connection over any link. Because all links share this one type, the HTTP code of both ends is
// compiled once, and is independent of sockets, TLS and SSH.
//
// ByteStream satisfies Beast's AsyncStream requirements. Threads: only the executor's thread.
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

// Transfers the bytes. There is one implementation for each link.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  virtual boost::asio::any_io_executor executor() = 0;
  // Like Asio's async_read_some and async_write_some. The caller keeps the buffer valid until the
  // handler runs.
  virtual void read_some(boost::asio::mutable_buffer buffer, IoHandler handler) = 0;
  virtual void write_some(boost::asio::const_buffer buffer, IoHandler handler) = 0;
  // Ends all waiting operations with operation_aborted.
  virtual void cancel() = 0;
  // Returns why nothing more arrives from `store`, if the remote end has reported the reason
  // outside the stream, or in the stream instead of a reply. Otherwise returns nullopt.
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

  // From now on, every wait ends at `deadline`, with operation_aborted. expired() shows whether the
  // deadline was the cause. A new deadline replaces the old one.
  void set_deadline(Deadline deadline);
  // Moves the deadline to `longest` from now, unless the current deadline is earlier.
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
  // Passes on one buffer per call: TLS and SSH send one at a time anyway, and callers loop.
  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    // NOLINTBEGIN(readability-qualified-auto): not every sequence's iterator is a pointer
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto it = boost::asio::buffer_sequence_begin(buffers); it != end; ++it) {
      const Buffer buffer(*it);
      if (buffer.size() > 0) return buffer;
    }
    // NOLINTEND(readability-qualified-auto)
    return Buffer();
  }

  // The state that a handler of the timer may still read after the stream was destroyed.
  struct State {
    Transport* transport = nullptr;  // nullptr once the stream is destroyed
    std::chrono::steady_clock::time_point deadline;
    std::uint64_t waits = 0;  // waits of the timer; only the last one counts
    bool expired = false;
  };

  static void wait(const std::shared_ptr<State>& state, boost::asio::steady_timer& timer);

  std::unique_ptr<Transport> transport_;
  std::unique_ptr<boost::asio::steady_timer> timer_;
  std::shared_ptr<State> state_;
};

}  // namespace walstow
