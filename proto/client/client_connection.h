// One HTTP/1.1 connection to a store, from the client's side. Replies arrive in the order of the
// requests: another head may be sent before the reply to the previous one is read, if that request
// has no body. Every wait has a deadline. Coroutines; only the stream's executor may use them.
//
// Errors: Error{kTimeout} after a deadline; Error{kUnavailable} if the connection ends, breaks or
// carries something other than HTTP. The connection is unusable after an error.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "proto/base/bytes.h"
#include "proto/base/deadline.h"
#include "proto/http/http.h"
#include "proto/link/byte_stream.h"

namespace walstow {

// Bytes before and after a chunk that belong to HTTP: a size of up to 16 hexadecimal digits and a
// line end before it, a line end after it.
inline constexpr std::size_t kRoomBeforeChunk = 18;
inline constexpr std::size_t kRoomAfterChunk = 2;

class ClientConnection {
 public:
  // `peer` names the store in messages, `host` in requests.
  ClientConnection(ByteStream stream, std::string peer, std::string host);

  struct Body {
    enum class Framing { kNone, kLength, kChunked };
    Framing framing = Framing::kNone;
    std::uint64_t length = 0;  // only with kLength
  };
  boost::asio::awaitable<void> send_head(RequestHead head, Body body, Deadline deadline);

  // After a head with kLength, sends the bytes as they are.
  boost::asio::awaitable<void> send_body(ByteView bytes, Deadline deadline);
  // After a head with kChunked, sends one chunk; an empty chunk ends the body. Overwrites
  // kRoomBeforeChunk bytes before `bytes` and kRoomAfterChunk bytes after them, so that all of them
  // are sent at once without a copy.
  boost::asio::awaitable<void> send_chunk(MutableByteView bytes, Deadline deadline);

  // May also return an interim reply (100 Continue); another call then reads the final reply.
  // Throws Error{kUnavailable} for a reply in another version of the protocol: it could be misread.
  boost::asio::awaitable<ReplyHead> read_head(Deadline deadline);
  // Returns 0 only at the end of the body. Only HTTP's framing proves that end: a connection that
  // merely ends is an error.
  boost::asio::awaitable<std::size_t> read_body(MutableByteView out, Deadline deadline);

  // Ends the current wait after at most `longest`.
  void bound_wait(Duration longest) { stream_.bound_wait(longest); }

  // Returns whether another request or reply may follow: the last reply has been read completely
  // and allows it.
  bool reusable() const;

 private:
  using Parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;

  [[noreturn]] void fail(boost::system::error_code error, const char* doing) const;

  ByteStream stream_;
  std::string peer_;
  std::string host_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  bool head_request_ = false;
};

}  // namespace walstow
