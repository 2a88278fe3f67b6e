// Moves the body of a request from a connection into an upload. Holds at most two chunks of the
// body in memory, whatever its size.
//
// While one chunk arrives, a worker thread writes the previous one, and another worker thread
// processes bytes that were written earlier (Upload::work_along). So three things happen at once.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "proto/base/buffer.h"
#include "proto/base/deadline.h"
#include "proto/link/byte_stream.h"
#include "store/files/reply.h"
#include "store/server/worker_pool.h"

namespace walstow {

// The peer has closed the connection, or is too slow. The session ends; this is not an error of the
// store.
struct PeerGone {};

// Serves one session, on the session's strand.
class BodyPump {
 public:
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
  // Returns the deadline by which the whole of the next chunk must have arrived.
  using Progress = std::function<Deadline()>;

  // All arguments must outlive this object. `received` contains the bytes after the head that have
  // already been read.
  BodyPump(ByteStream& stream, boost::beast::flat_buffer& received, WorkerPool& workers,
           Progress progress)
      : stream_(stream), received_(received), workers_(workers), progress_(std::move(progress)) {}

  // Moves the whole body into the upload, and returns the upload's reply. The reply may be a
  // refusal before the end of the body; then the rest of the body is still unread. Throws PeerGone,
  // and Error{kFatal}.
  boost::asio::awaitable<Reply> receive(Parser& parser, std::unique_ptr<Upload> upload);

  // Skips the rest of a body that is not needed, for at most 5 seconds and `most` bytes. If the
  // rest takes longer or has more bytes, or if the peer announces more, it throws PeerGone.
  boost::asio::awaitable<void> skip(Parser& parser, std::uint64_t most);

  // Returns room for a chunk, while nothing is being received.
  MutableByteView room();

 private:
  boost::asio::awaitable<std::size_t> read_chunk(Parser& parser, Buffer& chunk, Deadline deadline);
  template <class Call>
  boost::asio::awaitable<std::optional<Reply>> refusal_of(Call call);

  ByteStream& stream_;
  boost::beast::flat_buffer& received_;
  WorkerPool& workers_;
  Progress progress_;
  std::array<Buffer, 2> chunks_;  // one chunk is filled while a worker writes the other
};

}  // namespace walstow
