#include "store/server/body_pump.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/read.hpp>

#include <utility>

#include "proto/codec/stretch_compressor.h"

namespace walstow {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

// The bytes for one round trip to a worker thread. For a small chunk the trip costs more than the
// work. A put has two chunks, a get one. PROTOCOL.md promises a deadline for each chunk of this
// size. A raw body is compressed chunk by chunk, and is not copied
// (proto/codec/stretch_compressor.h).
constexpr std::size_t kBodyChunk = kStretchSize;

constexpr Duration kLongestSkip{5000};

// Allocates late: an idle connection needs no room.
void make_room(Buffer& chunk) {
  if (chunk.empty()) chunk = Buffer(kBodyChunk);
}

}  // namespace

// The refusal of one call of the upload, on a worker. nullopt: success.
template <class Call>
asio::awaitable<std::optional<Reply>> BodyPump::refusal_of(Call call) {
  auto work = [call]() -> std::optional<Reply> {
    try {
      call();
      return std::nullopt;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kFatal) throw;
      return to_reply(to_refusal(error));
    }
  };
  co_return co_await run_on(workers_, WorkerPool::Kind::kPut, std::move(work));
}

asio::awaitable<Reply> BodyPump::receive(Parser& parser, std::unique_ptr<Upload> upload) {
  using namespace asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace)
  Upload* const into = upload.get();
  std::size_t current = 0;
  std::size_t size = co_await read_chunk(parser, chunks_[current], progress_());
  while (size > 0) {
    const ByteView full = chunks_[current].first(size);
    auto next = read_chunk(parser, chunks_[1 - current], progress_());
    auto written = refusal_of([into, full] { into->write(full); });
    auto worked = refusal_of([into] { into->work_along(); });
    auto [next_size, refused, refused_later] =
        co_await (std::move(next) && std::move(written) && std::move(worked));
    if (refused) co_return std::move(*refused);
    if (refused_later) co_return std::move(*refused_later);
    size = next_size;
    current = 1 - current;
  }
  std::optional<Reply> done;
  auto finish = [into, &done] { done = into->finish(); };
  auto refused = co_await refusal_of(std::move(finish));
  co_return std::move(refused ? *refused : *done);
}

asio::awaitable<void> BodyPump::skip(Parser& parser, std::uint64_t most) {
  const auto announced = parser.content_length_remaining();
  if (announced && *announced > most) throw PeerGone();
  const Deadline deadline = progress_().earlier(Deadline::after(kLongestSkip));
  for (std::uint64_t skipped = 0; !parser.is_done();) {
    skipped += co_await read_chunk(parser, chunks_[0], deadline);
    if (skipped > most) throw PeerGone();
  }
}

MutableByteView BodyPump::room() {
  make_room(chunks_[0]);
  return chunks_[0];
}

// One deadline for the whole chunk, however small the pieces in which it arrives: a peer that sends
// a byte now and then is as slow as one that sends none.
asio::awaitable<std::size_t> BodyPump::read_chunk(Parser& parser, Buffer& chunk,
                                                  Deadline deadline) {
  make_room(chunk);
  auto& body = parser.get().body();
  body.data = chunk.data();
  body.size = chunk.size();
  body.more = true;
  stream_.set_deadline(deadline);
  while (!parser.is_done() && body.size > 0) {
    boost::system::error_code error;
    co_await http::async_read_some(stream_, received_, parser,
                                   asio::redirect_error(asio::use_awaitable, error));
    if (error == http::error::need_buffer) break;
    if (error) throw PeerGone();
  }
  co_return chunk.size() - body.size;
}

}  // namespace walstow
