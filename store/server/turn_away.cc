#include "store/server/turn_away.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <utility>

#include "store/server/reply_text.h"

namespace walstow {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr Duration kAnswer{2000};
constexpr Duration kLinger{2000};
// A head, and the beginning of a body. A peer that sends more learns of the end by failing writes.
constexpr std::size_t kMostDropped = std::size_t{256} * 1024;

}  // namespace

asio::awaitable<void> linger(ByteStream& stream) {
  stream.set_deadline(Deadline::after(kLinger));
  std::array<std::byte, 4096> unread{};
  error_code error;
  for (std::size_t dropped = 0; !error && dropped < kMostDropped;) {
    dropped += co_await stream.async_read_some(asio::buffer(unread),
                                               asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<void> turn_away(ByteStream stream, Refusal refusal) {
  const std::string text = to_wire(to_reply(refusal), AfterReply::kClose);
  stream.set_deadline(Deadline::after(kAnswer));
  error_code error;
  co_await asio::async_write(stream, asio::buffer(text),
                             asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_await linger(stream);
}

}  // namespace walstow
