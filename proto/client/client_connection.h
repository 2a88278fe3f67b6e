// One HTTP/1.1 connection to a store, from the client's side: requests and replies in turn, every
// wait with a deadline. Coroutines; used from the stream's executor only.
//
// Errors: Error{kTimeout} past a deadline, Error{kUnavailable} when the connection ends, breaks or
// carries something that is not HTTP. After an error the connection is of no further use.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include "proto/base/bytes.h"
#include "proto/base/deadline.h"
#include "proto/http/http.h"
#include "proto/link/byte_stream.h"

namespace walstow {

class ClientConnection {
 public:
  // `peer` names the store in messages, `host` in requests.
  ClientConnection(ByteStream stream, std::string peer, std::string host);

  struct Body {
    enum class Framing { kNone, kLength, kChunked };
    Framing framing = Framing::kNone;
    std::uint64_t length = 0;  // with kLength
  };
  boost::asio::awaitable<void> send_head(RequestHead head, Body body, Deadline deadline);

  // After kLength: the bytes as they are. After kChunked: one chunk; an empty one ends the body.
  boost::asio::awaitable<void> send_body(ByteView bytes, Deadline deadline);
  boost::asio::awaitable<void> send_chunk(ByteView bytes, Deadline deadline);

  // Also an interim one (100 Continue), after which the final one is read by another call.
  boost::asio::awaitable<ReplyHead> read_head(Deadline deadline);
  // 0 only at the body's end, which is proven by its framing, never by the connection's.
  boost::asio::awaitable<std::size_t> read_body(MutableByteView out, Deadline deadline);

  // The wait that is under way ends after `longest` at the latest.
  void bound_wait(Duration longest) { stream_.bound_wait(longest); }

  // Whether another request may follow: the reply has been read whole and allows it.
  bool reusable() const;

 private:
  using Parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;

  [[noreturn]] void fail(boost::system::error_code error, const char* doing) const;

  ByteStream stream_;
  std::string peer_;
  std::string host_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::string chunk_;  // reused
  bool head_request_ = false;
};

}  // namespace walstow
