// One request to a store: connect when needed, ask, read the answer, and ask again by the one retry
// policy. proto/wire and proto/codec decide what the bytes of an answer mean.
#include "proto/client/client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <fmt/format.h>
#include <future>
#include <system_error>
#include <utility>

#include "proto/base/buffer.h"
#include "proto/base/log.h"
#include "proto/base/retry.h"
#include "proto/client/client_connection.h"
#include "proto/client/client_settings.h"
#include "proto/client/compressed_body.h"
#include "proto/client/confirm.h"
#include "proto/link/asio_error.h"

namespace walstow {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::milliseconds kLookAgain{500};
// Requests that wait for their answers on one connection. All of their heads fit into the buffer of
// a pipe or socket, so that sending them never waits for the store.
constexpr std::size_t kMostAtOnce = 32;
}  // namespace

struct Client::State {
  explicit State(ClientOptions given)
      : options(std::move(given)), connector(options.store), buffer(kChunkSize) {}

  // --- running ---
  // Runs the coroutine of one request. After an Error, its connection is not used again.
  template <class Result>
  Result run(asio::awaitable<Result> question, const Patience& patience) {
    Result result = drive(std::move(question), patience);
    if (!connection->reusable()) connection.reset();
    return result;
  }

  // Runs one coroutine to its end, in this thread.
  template <class Result>
  Result drive(asio::awaitable<Result> work, const Patience& patience) {
    std::optional<Result> result;
    std::exception_ptr failure;
    asio::co_spawn(io, std::move(work), [&](std::exception_ptr error, Result value) {
      failure = error;
      if (!error) result.emplace(std::move(value));
    });
    io.restart();
    // Not io.run(), which would also wait for the timer of the connection's deadline.
    while (!result && !failure) {
      if (patience.hurry) {
        if (io.run_one_for(kLookAgain) == 0 && io.stopped()) break;
        if (connection && patience.hurry()) connection->bound_wait(patience.hurried);
      } else if (io.run_one() == 0) {
        break;
      }
    }
    if (!result) connection.reset();
    if (failure) fail(failure);
    return std::move(result).value();
  }

  [[noreturn]] void fail(const std::exception_ptr& failure) const {
    try {
      std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
      throw_asio_error(fmt::format("could not ask the store \"{}\"", options.store_text),
                       error.code());
    }
  }

  Deadline progress(Deadline whole) const {
    return Deadline::after(options.deadlines.progress).earlier(whole);
  }

  // --- the parts of an exchange ---
  void connect_ahead(const Patience& patience);
  asio::awaitable<void> connect(Deadline give_up);
  asio::awaitable<std::string> read_text(Deadline whole);
  asio::awaitable<void> send_file(const PutFile& put, FileContent& raw, Deadline whole);
  asio::awaitable<void> send_compressed(const PutFile& put, FileContent& raw, Deadline whole);
  asio::awaitable<PutDone> put_once(PutFile put, FileContent& raw, Deadline give_up);
  asio::awaitable<GetDone> get_once(GetFile get, const GetSink& sink, Deadline give_up);
  asio::awaitable<Got> read_object(const GetFile& get, const ReplyHead& reply, const GetSink& sink,
                                   Deadline whole);
  asio::awaitable<std::string> ask_once(const Command& command, Deadline give_up);
  asio::awaitable<Answered> read_answer(Deadline whole);
  asio::awaitable<bool> ask_some(std::span<const Command> commands, std::vector<Answered>& answers,
                                 Deadline give_up);
  Deadline answer_of(const Command& command, Deadline give_up) const;
  Deadline head_of(Deadline whole) const;

  ClientOptions options;
  Connector connector;
  Buffer buffer;
  asio::io_context io{1};  // one thread
  std::optional<ClientConnection> connection;
  std::exception_ptr failed_ahead;  // why connect_ahead() made none: the next attempt's failure
};

namespace {

// The result of an answer that is neither a success nor a proven absence.
Error refusal_in(const std::string& store, const ReplyHead& reply, std::string_view body) {
  if (const auto refusal = parse_refusal(reply, body)) return to_error(*refusal);
  return {ErrorKind::kUnavailable,
          fmt::format("the answer from \"{}\" does not come from a walstow store (HTTP status {})",
                      store, reply.status),
          "Check the address of the store. If there is a proxy in between, connect without it."};
}

// The value of Host. A child of our own has no name.
std::string host_of(const Store& store) {
  if (const auto* tls = std::get_if<TlsStore>(&store)) return to_string(tls->at);
  if (const auto* ssh = std::get_if<SshStore>(&store)) return to_string(ssh->at);
  return "walstow";
}

RetryPolicy policy_of(const Patience& patience) {
  return {.give_up = patience.give_up, .hurry = patience.hurry, .on_failure = patience.on_failure};
}

}  // namespace

void Client::State::connect_ahead(const Patience& patience) {
  const auto connecting = [](State& state, Deadline give_up) -> asio::awaitable<bool> {
    co_await state.connect(give_up);
    co_return true;
  };
  failed_ahead = nullptr;
  try {
    drive(connecting(*this, patience.give_up), patience);
  } catch (const Error&) {
    failed_ahead = std::current_exception();
  }
}

asio::awaitable<void> Client::State::connect(Deadline give_up) {
  if (const auto failure = std::exchange(failed_ahead, nullptr)) std::rethrow_exception(failure);
  if (connection) co_return;
  const Deadline deadline = Deadline::after(options.deadlines.connect).earlier(give_up);
  ByteStream stream(co_await connector.connect(io.get_executor(), deadline));
  connection.emplace(std::move(stream), options.store_text, host_of(options.store));
}

asio::awaitable<std::string> Client::State::read_text(Deadline whole) {
  std::string text;
  for (;;) {
    const std::size_t size = co_await connection->read_body(buffer, progress(whole));
    if (size == 0) co_return text;
    if (text.size() + size > kLargestJson) {
      throw Error(ErrorKind::kUnavailable,
                  fmt::format("the answer from \"{}\" is longer than any answer of a store",
                              options.store_text));
    }
    text += as_text(buffer.first(size));
  }
}

// --- put ---

asio::awaitable<void> Client::State::send_file(const PutFile& put, FileContent& raw,
                                               Deadline whole) {
  for (std::uint64_t sent = 0; sent < put.raw_size;) {
    const std::size_t wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), put.raw_size - sent));
    const std::size_t size = raw.read_at(sent, buffer.first(wanted));
    if (size == 0) throw Error(ErrorKind::kInvalid, "the file became shorter while it was sent");
    co_await connection->send_body(buffer.first(size), progress(whole));
    sent += size;
  }
}

asio::awaitable<void> Client::State::send_compressed(const PutFile& put, FileContent& raw,
                                                     Deadline whole) {
  CompressedBody body(raw, put.raw_size);
  for (;;) {
    const MutableByteView frame = body.next();
    co_await connection->send_chunk(frame, progress(whole));  // an empty one ends the body
    if (frame.empty()) co_return;
  }
}

asio::awaitable<PutDone> Client::State::put_once(PutFile put, FileContent& raw, Deadline give_up) {
  using Framing = ClientConnection::Body::Framing;
  co_await connect(give_up);
  const Deadline whole = Deadline::after(options.deadlines.whole);
  const bool compressed = put.encoding == Encoding::kZstd;
  ClientConnection::Body body{.framing = compressed ? Framing::kChunked : Framing::kLength,
                              .length = put.raw_size};
  co_await connection->send_head(to_request(put), body, progress(whole));

  const auto head_deadline = [&] { return Deadline::after(options.deadlines.head).earlier(whole); };
  std::optional<ReplyHead> reply;
  if (put.ask_first) {
    reply = co_await connection->read_head(head_deadline());
    if (reply->status == 100) reply.reset();
  }
  if (!reply) {
    std::exception_ptr send_failure;
    try {
      if (compressed) {
        co_await send_compressed(put, raw, whole);
      } else {
        co_await send_file(put, raw, whole);
      }
    } catch (const Error& error) {
      // A store that refuses early closes the connection while the body is being sent; its answer
      // says more than the broken pipe does.
      if (error.kind() != ErrorKind::kUnavailable) throw;
      send_failure = std::current_exception();
    }
    try {
      reply = co_await connection->read_head(head_deadline());
    } catch (const Error& error) {
      // A hint belongs to a cause that the remote end has reported.
      const bool says_more = error.kind() != ErrorKind::kTimeout && !error.hint().empty();
      if (send_failure && !says_more) std::rethrow_exception(send_failure);
      throw;
    }
  }
  const std::string text = co_await read_text(whole);
  if (reply->status != 200 && reply->status != 201) {
    throw refusal_in(options.store_text, *reply, text);
  }
  PutDone done{.result = reply->status == 201 ? PutResult::kPublished : PutResult::kExisted,
               .report = parse_put_report(text)};
  if (is_about(done.report, put)) co_return done;
  throw Error(
      ErrorKind::kUnavailable,
      fmt::format("the answer of store \"{}\" is about another file, \"{}\" with digest \"{}\"",
                  options.store_text, escaped(done.report.name), escaped(done.report.digest)));
}

void Client::connect_beside(const std::function<void()>& work, const Patience& patience) {
  if (state_->connection) {
    work();
    return;
  }
  std::future<void> done;
  try {
    done = std::async(std::launch::async, work);
  } catch (const std::system_error&) {  // a machine that is out of threads archives all the same
    work();
    return;
  }
  state_->connect_ahead(patience);
  done.get();
}

PutDone Client::put(PutFile put, FileContent& raw, const Patience& patience) {
  return retry(policy_of(patience), [&](int attempt) {
    put.ask_first = put.ask_first || attempt > 0;
    return state_->run(state_->put_once(put, raw, patience.give_up), patience);
  });
}

// --- get ---

asio::awaitable<Got> Client::State::read_object(const GetFile& get, const ReplyHead& reply,
                                                const GetSink& sink, Deadline whole) {
  // The link protects the bytes during the transfer, and the raw digest is checked: the trailer's
  // hash would tell a receiver nothing more.
  ObjectDecoder decoder(sink.raw, ObjectDecoder::Checks::kContent, kLargestFile);
  for (;;) {
    const std::size_t size = co_await connection->read_body(buffer, progress(whole));
    if (size == 0) break;
    decoder.write(buffer.first(size));
    if (sink.object) sink.object(buffer.first(size));
  }
  decoder.finish();
  const ObjectHeader& header = *decoder.header();
  const std::string* digest = reply.fields.find(field::kDigest);
  const std::string* archive = reply.fields.find(field::kArchive);
  if (digest == nullptr || *digest != to_digest_field(header.digest) || archive == nullptr) {
    throw Error(ErrorKind::kDamaged,
                "the store's answer and the object in it have different digests");
  }
  if (header.name != get.file.text()) {
    throw Error(ErrorKind::kDamaged, fmt::format("the store sent \"{}\" when asked for \"{}\"",
                                                 header.name, get.file.text()));
  }
  if (get.system_identifier && header.system_identifier != *get.system_identifier) {
    throw Error(ErrorKind::kDamaged,
                fmt::format("the store answered with a file from system identifier {}, not {}",
                            header.system_identifier, *get.system_identifier));
  }
  co_return Got{.header = header, .archive = *archive};
}

asio::awaitable<GetDone> Client::State::get_once(GetFile get, const GetSink& sink,
                                                 Deadline give_up) {
  co_await connect(give_up);
  const Deadline whole = Deadline::after(options.deadlines.whole);
  const Deadline head = Deadline::after(options.deadlines.head).earlier(whole).earlier(give_up);
  co_await connection->send_head(to_request(get), {}, head);
  const ReplyHead reply = co_await connection->read_head(head);
  if (reply.status == 200) co_return co_await read_object(get, reply, sink, whole);
  const std::string text = co_await read_text(whole);
  auto refusal = parse_refusal(reply, text);
  const ProofSubject asked{.cluster = get.cluster,
                           .file = get.file.text(),
                           .request_id = get.request_id,
                           .system_identifier = get.system_identifier,
                           .segment_size = get.segment_size};
  if (refusal && refusal->proof && proves(*refusal->proof, asked)) {
    co_return Absent{std::move(*refusal)};
  }
  if (refusal && refusal->proof) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("the store \"{}\" answered another request than the one that was sent",
                            options.store_text));
  }
  throw refusal_in(options.store_text, reply, text);
}

GetDone Client::get(GetFile get, const GetSink& sink, const Patience& patience) {
  return retry(policy_of(patience), [&](int attempt) {
    if (attempt > 0) sink.restart();
    get.request_id = random_hex(8);
    return state_->run(state_->get_once(get, sink, patience.give_up), patience);
  });
}

// --- everything small ---

// A put that has begun waits for its answer longer than further attempts begin. A question that
// takes the place of a put does so, too: a store in trouble says why, and the store may read the
// whole file.
Deadline Client::State::answer_of(const Command& command, Deadline give_up) const {
  const Deadline whole = Deadline::after(options.deadlines.whole);
  return std::holds_alternative<ConfirmFile>(command) ? whole : whole.earlier(give_up);
}

Deadline Client::State::head_of(Deadline whole) const {
  return Deadline::after(options.deadlines.head).earlier(whole);
}

asio::awaitable<Answered> Client::State::read_answer(Deadline whole) {
  const ReplyHead reply = co_await connection->read_head(head_of(whole));
  std::string text = co_await read_text(whole);
  if (reply.status >= 200 && reply.status <= 299) co_return text;
  Error refusal = refusal_in(options.store_text, reply, text);
  if (worth_retrying(refusal.kind())) throw Error(std::move(refusal));
  co_return refusal;
}

asio::awaitable<std::string> Client::State::ask_once(const Command& command, Deadline give_up) {
  co_await connect(give_up);
  const Deadline whole = answer_of(command, give_up);
  co_await connection->send_head(to_request(command), {}, head_of(whole));
  Answered answer = co_await read_answer(whole);
  if (auto* refusal = std::get_if<Error>(&answer)) throw Error(std::move(*refusal));
  co_return std::get<std::string>(std::move(answer));
}

// Adds answers to `answers` until each of `commands` has one, or the store ends the connection
// after a reply.
asio::awaitable<bool> Client::State::ask_some(std::span<const Command> commands,
                                              std::vector<Answered>& answers, Deadline give_up) {
  co_await connect(give_up);
  const std::size_t first = answers.size();
  const std::size_t end = std::min(commands.size(), first + kMostAtOnce);
  for (std::size_t i = first; i < end; ++i) {
    const Deadline sent = head_of(answer_of(commands[i], give_up));
    co_await connection->send_head(to_request(commands[i]), {}, sent);
  }
  for (std::size_t i = first; i < end; ++i) {
    answers.push_back(co_await read_answer(answer_of(commands[i], give_up)));
    if (!connection->reusable()) break;
  }
  co_return true;
}

std::string Client::ask(const Command& command, const Patience& patience) {
  require_valid(command);
  return retry(policy_of(patience), [&](int) {
    return state_->run(state_->ask_once(command, patience.give_up), patience);
  });
}

std::vector<Answered> Client::ask_each(std::span<const Command> commands,
                                       const Patience& patience) {
  for (const Command& command : commands)
    require_valid(command);
  std::vector<Answered> answers;
  while (answers.size() < commands.size()) {
    retry(policy_of(patience), [&](int) {
      return state_->run(state_->ask_some(commands, answers, patience.give_up), patience);
    });
  }
  return answers;
}

std::optional<Time> Client::certificate_until() const {
  return state_->connector.certificate_until();
}

Client::Client(ClientOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

}  // namespace walstow
