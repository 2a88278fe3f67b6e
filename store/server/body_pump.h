// The body of a request on its way from a connection into an upload, without more of it in memory
// than two chunks, whatever its size.
//
// While one chunk arrives, the one before is written, and what was written earlier is worked along
// (Upload): three at once, of which the last two are on worker threads.
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

// The peer went away, or too slow: the end of a session, and nobody's fault of ours.
struct PeerGone {};

// For one session, on its strand.
class BodyPump {
 public:
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
  // The deadline of the chunk that is waited for next, all of it.
  using Progress = std::function<Deadline()>;

  // All of them outlive this. `received` has what was read of the connection beyond the head.
  BodyPump(ByteStream& stream, boost::beast::flat_buffer& received, WorkerPool& workers,
           Progress progress)
      : stream_(stream), received_(received), workers_(workers), progress_(std::move(progress)) {}

  // All of the body into the upload, and what that comes to: also a refusal before its end, and
  // then the rest of the body is still to come. Throws PeerGone, and Error{kFatal}.
  boost::asio::awaitable<Reply> receive(Parser& parser, std::unique_ptr<Upload> upload);

  // Reads past what the peer still sends of a body that nobody wants, for a few seconds and
  // `most` bytes: then, or where it announces more, it throws PeerGone.
  boost::asio::awaitable<void> skip(Parser& parser, std::uint64_t most);

  // Room of a chunk, while nothing is being received.
  MutableByteView room();

 private:
  boost::asio::awaitable<std::size_t> read_chunk(Parser& parser, Buffer& chunk, Deadline deadline);
  template <class Call>
  boost::asio::awaitable<std::optional<Reply>> refusal_of(Call call);

  ByteStream& stream_;
  boost::beast::flat_buffer& received_;
  WorkerPool& workers_;
  Progress progress_;
  std::array<Buffer, 2> chunks_;  // one is filled while the other is worked on
};

}  // namespace walstow
