// HTTP as a store and as a client read it from a connection.
#include <boost/asio/io_context.hpp>

#include <array>

#include "proto/client/client_connection.h"
#include "store/archive/archive.h"
#include "store/backend/memory_backend.h"
#include "store/server/session.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/memory_transport.h"
#include "tests/fuzz/run_coroutine.h"

namespace walstow {
namespace {

namespace asio = boost::asio;

std::unique_ptr<Archive> new_archive() {
  auto backend = make_memory_backend();
  initialize_archive(*backend);
  auto archive = std::make_unique<Archive>(std::move(backend));
  archive->create_cluster("main");
  return archive;
}

// The first choice is the size of the pieces in which the requests arrive. The caller has every
// right.
void http_requests(ByteView input) {
  static WorkerPool workers(1);  // a thread for each input would take most of the time
  FuzzInput choices(input);
  SilentPeer peer{.sends = {}, .longest_piece = choices.byte(), .received = {}};
  peer.sends = choices.text();
  Handler handler(new_archive, 1);
  asio::io_context io;
  SessionContext context{.handler = handler,
                         .workers = workers,
                         .caller = {.kind = Caller::Kind::kOwner, .name = "tester"},
                         .peer = "192.0.2.1:7432",
                         .limits = {}};
  ByteStream stream(make_memory_transport(io.get_executor(), peer));
  run_to_its_end(io, serve(std::move(stream), std::move(context)));
  require(peer.received.empty() || peer.received.starts_with("HTTP/1.1 "), "answers are HTTP");
}

// Everything that a client reads from a store's answers: one line for each answer.
asio::awaitable<void> read_answers(ByteStream stream, std::string& read) {
  ClientConnection connection(std::move(stream), "store", "store");
  const Deadline deadline = Deadline::after(Duration(60000));
  std::array<std::byte, 1000> room{};
  do {
    RequestHead head{.method = Method::kGet, .target = "/v1/whoami", .fields = {}};
    ClientConnection::Body body;
    co_await connection.send_head(std::move(head), body, deadline);
    ReplyHead reply = co_await connection.read_head(deadline);
    read += std::to_string(reply.status);
    for (const auto& [name, value] : reply.fields.all())
      read.append(" ").append(name).append("=").append(value);
    if (reply.status == 100) continue;  // the final one follows
    for (;;) {
      const std::size_t size = co_await connection.read_body(room, deadline);
      if (size == 0) break;
      read += as_text(ByteView(room).first(size));
    }
    read += "\n";
  } while (connection.reusable());
}

std::string answers(const std::string& sent, std::uint8_t longest_piece) {
  SilentPeer peer{.sends = sent, .longest_piece = longest_piece, .received = {}};
  asio::io_context io;
  ByteStream stream(make_memory_transport(io.get_executor(), peer));
  std::string read;
  const auto done = unless_error({ErrorKind::kUnavailable}, [&] {
    run_to_its_end(io, read_answers(std::move(stream), read));
    return true;
  });
  return read + (done ? "." : "!");
}

void http_answers(ByteView input) {
  FuzzInput choices(input);
  const std::uint8_t longest_piece = choices.byte();
  const std::string sent = choices.text();
  require(answers(sent, 255) == answers(sent, longest_piece), "pieces of any size read the same");
}

constexpr std::array kHttpTargets = {
    FuzzTarget{"http_requests", http_requests},
    FuzzTarget{"http_answers", http_answers},
};

}  // namespace

std::span<const FuzzTarget> http_targets() {
  return kHttpTargets;
}

}  // namespace walstow
