#include "proto/client/client_connection.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/link/http_head.h"
#include "proto/link/tls/tls_errors.h"

namespace walstow {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

// Otherwise Beast grows its buffer by half-kilobytes, and reads no more at a time. The limit is for
// input that Beast does not limit: the extensions of a chunk, and the fields after the last chunk.
constexpr std::size_t kReadBuffer = std::size_t{64} * 1024;

http::verb to_verb(Method method) {
  switch (method) {
    case Method::kGet:
      return http::verb::get;
    case Method::kHead:
      return http::verb::head;
    case Method::kPut:
      return http::verb::put;
    case Method::kPost:
      return http::verb::post;
    case Method::kDelete:
      return http::verb::delete_;
  }
  return http::verb::unknown;
}

// A value in a request must not end its line and begin another field.
void require_one_line(const RequestHead& head) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  const auto check = [&](std::string_view text) {
    if (std::ranges::none_of(text, is_control)) return;
    throw Error(ErrorKind::kInvalid,
                fmt::format("\"{}\" contains a control character", escaped(text)),
                "Names and values in a request must be on one line.");
  };
  check(head.target);
  for (const auto& [name, value] : head.fields.all())
    check(value);
}

// A peer that is not a store sends no version. Its reply is refused elsewhere.
void check_version(const ReplyHead& reply, const std::string& store) {
  const std::string* version = reply.fields.find(field::kVersion);
  if (version == nullptr || *version == kProtocolVersion) return;
  throw Error(ErrorKind::kUnavailable,
              fmt::format("the store \"{}\" uses version \"{}\" of walstow's protocol, and this "
                          "program uses version {}",
                          store, escaped(*version), kProtocolVersion),
              "Install a release of walstow here that uses the store's version: "
              "docs/upgrading.md lists them.");
}

}  // namespace

ClientConnection::ClientConnection(ByteStream stream, std::string peer, std::string host)
    : stream_(std::move(stream)),
      peer_(std::move(peer)),
      host_(std::move(host)),
      buffer_(kReadBuffer) {
  buffer_.reserve(kReadBuffer);
}

void ClientConnection::fail(error_code error, const char* doing) const {
  const std::string store = fmt::format("the store \"{}\"", peer_);
  if (stream_.expired()) {
    throw Error(ErrorKind::kTimeout, fmt::format("timed out while {} {}", doing, store),
                "Is the store overloaded, or is the network slow? The settings of this program "
                "contain the time limits.");
  }
  if (const auto explained = stream_.explain(peer_)) throw Error(*explained);
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error == asio::error::eof || error == asio::error::broken_pipe ||
      error == asio::error::connection_reset) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("{} closed the connection before it answered", store));
  }
  if (auto explained = explain_tls_failure(peer_, error)) throw Error(*explained);
  throw Error(ErrorKind::kUnavailable,
              fmt::format("failed while {} {}: {}", doing, store, error.message()));
}

asio::awaitable<void> ClientConnection::send_head(RequestHead head, Body body, Deadline deadline) {
  http::request<http::empty_body> request;
  request.version(11);
  request.method(to_verb(head.method));
  request.target(head.target);
  request.set(http::field::host, host_);
  for (const auto& [name, value] : head.fields.all())
    request.set(name, value);
  if (body.framing == Body::Framing::kLength) request.content_length(body.length);
  if (body.framing == Body::Framing::kChunked) request.chunked(true);
  head_request_ = head.method == Method::kHead;
  require_one_line(head);

  const std::string text = head_text(request);
  co_await send_body(as_bytes(text), deadline);
}

asio::awaitable<void> ClientConnection::send_body(ByteView bytes, Deadline deadline) {
  stream_.set_deadline(deadline);
  error_code error;
  const asio::const_buffer buffer(bytes.data(), bytes.size());
  co_await asio::async_write(stream_, buffer, asio::redirect_error(asio::use_awaitable, error));
  if (error) fail(error, "sending data to");
}

asio::awaitable<void> ClientConnection::send_chunk(MutableByteView bytes, Deadline deadline) {
  const std::string size = fmt::format("{:x}\r\n", bytes.size());
  std::byte* const begin = bytes.data() - size.size();
  std::memcpy(begin, size.data(), size.size());
  std::memcpy(bytes.data() + bytes.size(), "\r\n", kRoomAfterChunk);
  co_await send_body({begin, size.size() + bytes.size() + kRoomAfterChunk}, deadline);
}

asio::awaitable<ReplyHead> ClientConnection::read_head(Deadline deadline) {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(kLargestHead));
  parser_->body_limit(boost::none);  // callers limit what they read; nothing is kept here
  parser_->skip(head_request_);
  stream_.set_deadline(deadline);
  error_code error;
  co_await http::async_read_header(stream_, buffer_, *parser_,
                                   asio::redirect_error(asio::use_awaitable, error));
  if (error) fail(error, "waiting for the answer from");

  ReplyHead reply;
  reply.status = static_cast<int>(parser_->get().result_int());
  for (const auto& field : parser_->get()) {
    reply.fields.add(std::string(field.name_string()), std::string(field.value()));
  }
  check_version(reply, peer_);
  co_return reply;
}

asio::awaitable<std::size_t> ClientConnection::read_body(MutableByteView out, Deadline deadline) {
  // A body that ends with the connection has no proof that it is complete.
  if (parser_->need_eof() && !parser_->is_done()) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("the store \"{}\" sent an answer that does not give its length", peer_),
                "Is there a proxy in between that does not speak HTTP/1.1?");
  }
  stream_.set_deadline(deadline);
  auto& body = parser_->get().body();
  body.data = out.data();
  body.size = out.size();
  while (!parser_->is_done() && body.size == out.size()) {
    error_code error;
    co_await http::async_read_some(stream_, buffer_, *parser_,
                                   asio::redirect_error(asio::use_awaitable, error));
    if (error && error != http::error::need_buffer) fail(error, "reading the answer from");
  }
  co_return out.size() - body.size;
}

bool ClientConnection::reusable() const {
  return parser_.has_value() && parser_->is_done() && parser_->keep_alive();
}

}  // namespace walstow
