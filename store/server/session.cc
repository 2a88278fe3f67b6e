#include "store/server/session.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <optional>

#include "proto/base/log.h"
#include "proto/codec/object.h"
#include "store/server/body_pump.h"
#include "store/server/host_field.h"
#include "store/server/reply_text.h"
#include "store/server/request_kind.h"
#include "store/server/turn_away.h"

namespace walstow {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

// The bytes that Beast reads at once; otherwise it reads half-kilobytes. It also bounds two parts
// that Beast does not: the extensions of a chunk, and the fields that follow the last one.
constexpr std::size_t kReadBuffer = std::size_t{64} * 1024;

// The longest wait of a put for its permit. A client that is then refused because of too many puts
// asks again.
constexpr Duration kLongestPermitWait{10'000};

Refusal refuse_put(PutLimiter::Permit::Refused why) {
  return make_refusal(Code::kUnavailable,
                      why == PutLimiter::Permit::Refused::kTooManyOfClient
                          ? "this client has too many puts in progress"
                          : "too many puts are in progress",
                      "Try again when some of them have ended.");
}

// The bytes of an unneeded body that are skipped beyond the announced size.
constexpr std::uint64_t kLeastSkipped = std::uint64_t{64} * 1024;

// The length of a request in a log line.
constexpr std::size_t kLongestAsked = 160;
constexpr std::size_t kLongestMessage = 1024;

std::optional<Method> to_method(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::kGet;
    case http::verb::head:
      return Method::kHead;
    case http::verb::put:
      return Method::kPut;
    case http::verb::post:
      return Method::kPost;
    case http::verb::delete_:
      return Method::kDelete;
    default:
      return std::nullopt;
  }
}

// Clients of walstow send neither field. A browser sends one with each change that a page of
// another site asks for, along with the user's certificate.
bool is_cross_site_change(const RequestHead& head) {
  if (head.method == Method::kGet || head.method == Method::kHead) return false;
  const std::string* site = head.fields.find("Sec-Fetch-Site");
  return head.fields.find("Origin") != nullptr || (site != nullptr && *site != "none");
}

class Session {
 public:
  Session(ByteStream stream, SessionContext context)
      : stream_(std::move(stream)),
        context_(std::move(context)),
        buffer_(kReadBuffer),
        body_(stream_, buffer_, context_.workers, [this] { return progress(); }) {
    buffer_.reserve(kReadBuffer);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { remote_->session = nullptr; }

  asio::awaitable<void> run();
  // The function by which a group asks this session to end: from any thread, even after its end.
  SessionGroup::AskToEnd ask_to_end();

 private:
  // The link from a late request to end, on its way to the session's executor, back to the session.
  struct Remote {
    Session* session;  // nullptr once it is destroyed
  };

  void end(SessionGroup::Haste haste);
  void log_refusal(const Reply& reply) const;
  asio::awaitable<void> answer_requests();
  void measure(const Reply& reply);
  void record(int status);

  template <class Work>
  asio::awaitable<std::invoke_result_t<Work>> on_worker(Work work) {
    return run_on(context_.workers, kind_, std::move(work));
  }

  Deadline progress() const { return Deadline::after(context_.limits.progress).earlier(*whole_); }

  asio::awaitable<bool> read_request();
  bool has_long_body() const;
  std::uint64_t announced_size() const;
  std::uint64_t longest_skip() const;
  asio::awaitable<HandlerResult> ask_handler();
  asio::awaitable<void> answer_request();
  asio::awaitable<Reply> receive_body(std::unique_ptr<Upload> upload);
  asio::awaitable<void> write(ByteView bytes);
  asio::awaitable<void> send_continue();
  asio::awaitable<void> send(Reply reply);
  asio::awaitable<void> send_download(Download& download);

  ByteStream stream_;
  SessionContext context_;
  boost::beast::flat_buffer buffer_;
  std::optional<BodyPump::Parser> parser_;
  std::optional<Deadline> whole_;
  BodyPump body_;
  WorkerPool::Kind kind_ = WorkerPool::Kind::kOther;  // of the current request
  bool expects_continue_ = false;
  bool keep_alive_ = true;
  bool waiting_ = false;                     // for a request to begin
  Clock::time_point began_;                  // the current request, when its head had arrived
  std::optional<FinishedRequest> measured_;  // the current request, until it is recorded
  bool ending_ = false;
  std::shared_ptr<Remote> remote_ = std::make_shared<Remote>(Remote{this});
};

SessionGroup::AskToEnd Session::ask_to_end() {
  return [remote = remote_, executor = stream_.get_executor()](SessionGroup::Haste haste) {
    asio::post(executor, [remote, haste] {
      if (remote->session != nullptr) remote->session->end(haste);
    });
  };
}

// Ending the wait is enough: the waiting code sees that its time is up.
void Session::end(SessionGroup::Haste haste) {
  ending_ = true;
  if (waiting_ || haste == SessionGroup::Haste::kAtOnce) {
    whole_ = Deadline::after(Duration::zero());
    stream_.set_deadline(*whole_);
  }
}

// False: the peer has no more requests.
asio::awaitable<bool> Session::read_request() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(kLargestHead));
  parser_->body_limit(boost::none);  // the upload checks the size
  stream_.set_deadline(Deadline::after(context_.limits.idle));
  error_code error;
  waiting_ = true;
  co_await http::async_read_header(stream_, buffer_, *parser_,
                                   asio::redirect_error(asio::use_awaitable, error));
  waiting_ = false;
  began_ = Clock::now();
  whole_ = Deadline::after(context_.limits.whole);
  if (!error) {
    keep_alive_ = parser_->keep_alive() && !ending_;
    co_return true;
  }
  const bool http_trouble = error.category() == http::make_error_code(http::error{}).category();
  if (http_trouble && error != http::error::end_of_stream &&
      error != http::error::partial_message) {
    keep_alive_ = false;
    Reply reply = to_reply(make_refusal(
        Code::kBadRequest, fmt::format("not an HTTP/1.1 request: {}", error.message())));
    co_await send(std::move(reply));
  }
  co_return false;
}

asio::awaitable<HandlerResult> Session::ask_handler() {
  const auto& fields = parser_->get();
  if (std::distance(fields.begin(), fields.end()) > static_cast<std::ptrdiff_t>(kMostFields)) {
    keep_alive_ = false;
    co_return to_reply(
        make_refusal(Code::kBadRequest, fmt::format("more than {} fields in a head", kMostFields)));
  }
  RequestHead head;
  head.target = std::string(parser_->get().target());
  for (const auto& field : fields) {
    head.fields.add(std::string(field.name_string()), std::string(field.value()));
  }
  const std::string* expect = head.fields.find(field::kExpect);
  expects_continue_ = expect != nullptr && boost::beast::iequals(*expect, "100-continue");
  const auto method = to_method(parser_->get().method());
  if (!method) {
    keep_alive_ = false;
    co_return to_reply(make_refusal(
        Code::kBadRequest,
        fmt::format("method \"{}\" is not known", escaped(parser_->get().method_string()))));
  }
  head.method = *method;
  measured_ = describe(head);
  kind_ = kind_of(measured_->kind);
  if (is_cross_site_change(head)) {
    keep_alive_ = false;
    co_return to_reply(make_refusal(
        Code::kNoRight, "a web page of another site has sent this request",
        "Browsers only read the status page. Use the program \"walstow\" for everything else."));
  }
  const std::string* host = head.fields.find(field::kHttpHost);
  if (context_.hosts != nullptr && host != nullptr && !names_this_host(*host, *context_.hosts)) {
    keep_alive_ = false;
    co_return to_reply(make_refusal(
        Code::kNoRight, "the request is for a host name that does not belong to this address",
        "Use localhost, an IP address, or the name in the setting \"metrics_listen\"."));
  }
  auto work = [this, head = std::move(head)]() -> HandlerResult {
    return context_.handler.handle(head, context_.caller);
  };
  co_return co_await on_worker(std::move(work));
}

// Takes the permit only now that the caller may put this file, so that a refused caller blocks
// nobody. Holds it until the file is published or refused.
asio::awaitable<Reply> Session::receive_body(std::unique_ptr<Upload> upload) {
  std::optional<PutLimiter::Permit> permit;
  if (context_.puts != nullptr && has_long_body()) {
    const Deadline patience = Deadline::after(kLongestPermitWait).earlier(*whole_);
    permit.emplace(co_await context_.puts->acquire(context_.caller.name, patience));
    if (!permit->granted()) co_return to_reply(refuse_put(permit->refused()));
  }
  if (expects_continue_) {
    co_await send_continue();
    expects_continue_ = false;
  }
  co_return co_await body_.receive(*parser_, std::move(upload));
}

asio::awaitable<void> Session::send_continue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  co_await write(as_bytes(kContinue));
}

asio::awaitable<void> Session::write(ByteView bytes) {
  stream_.set_deadline(progress());
  error_code error;
  const asio::const_buffer buffer(bytes.data(), bytes.size());
  co_await asio::async_write(stream_, buffer, asio::redirect_error(asio::use_awaitable, error));
  if (error) throw PeerGone();
}

asio::awaitable<void> Session::send(Reply reply) {
  const std::string text =
      to_wire(reply, keep_alive_ ? AfterReply::kKeepConnection : AfterReply::kClose);
  co_await write(as_bytes(text));
  if (!reply.announced_size && reply.download) co_await send_download(*reply.download);
}

asio::awaitable<void> Session::send_download(Download& download) {
  const MutableByteView room = body_.room();
  for (;;) {
    // The trip to a worker costs more than reading from memory.
    std::optional<std::size_t> size = download.read_cached(room);
    if (!size) {
      auto work = [&download, room] { return download.read(room); };
      size = co_await on_worker(std::move(work));
    }
    if (*size == 0) co_return;
    co_await write(room.first(*size));
  }
}

// Proven absences are the usual end of a log, and not worth a line. A peer without an address runs
// on this machine and reports the refusal itself.
void Session::log_refusal(const Reply& reply) const {
  if (!reply.refusal || is_absence(reply.refusal->code) || context_.peer.empty()) return;
  log_refused(context_.log, context_.caller, context_.peer, *reply.refusal,
              fmt::format("{} {}", std::string_view(parser_->get().method_string()),
                          std::string_view(parser_->get().target())));
}

// Whether it has the body of a segment, not of a position or a history file.
bool Session::has_long_body() const {
  const auto length = parser_->content_length();
  return parser_->get().method() == http::verb::put &&
         (parser_->chunked() || (length && *length > kChunkSize));
}

// The size of the raw file in the head; 0 without one.
std::uint64_t Session::announced_size() const {
  const std::string_view text = parser_->get()[boost::beast::string_view(field::kSize)];
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  return error != std::errc{} || size > kLargestFile ? 0 : size;
}

// A compressed body may be a little longer than the raw file.
std::uint64_t Session::longest_skip() const {
  const std::uint64_t size = announced_size();
  return size + size / 64 + kLeastSkipped;
}

asio::awaitable<void> Session::answer_request() {
  HandlerResult answer = co_await ask_handler();
  const bool head_request = parser_->get().method() == http::verb::head;
  Reply reply;
  if (auto* upload = std::get_if<std::unique_ptr<Upload>>(&answer)) {
    reply = co_await receive_body(std::move(*upload));
  } else {
    reply = std::move(std::get<Reply>(answer));
  }
  log_refusal(reply);
  const bool unknown = reply.refusal && reply.refusal->code == Code::kUnknownClient;
  if (unknown) keep_alive_ = false;
  if (head_request && !reply.announced_size) reply.announced_size = reply.body.size();
  // A peer that was not told to continue may send its body all the same. The session cannot tell
  // that body from the next request.
  const bool body_in_doubt = expects_continue_ && !parser_->is_done();
  if (body_in_doubt) keep_alive_ = false;
  if (measured_) measure(reply);
  const int status = reply.head.status;
  co_await send(std::move(reply));
  record(status);
  if (unknown) {
    co_await linger(stream_);
  } else if (!body_in_doubt) {
    co_await body_.skip(*parser_, longest_skip());
  }
}

// Notes in `measured_` what the reply says.
void Session::measure(const Reply& reply) {
  if (reply.refusal) measured_->refusal = reply.refusal->code;
  if (measured_->kind == FinishedRequest::Kind::kPut) {
    measured_->bytes = announced_size();
  } else if (!reply.announced_size && reply.download) {
    measured_->bytes = reply.download->size();
  }
}

// Status 0: the connection ended before the reply did.
void Session::record(int status) {
  if (!measured_) return;
  measured_->status = status;
  measured_->duration = Clock::now() - began_;
  context_.handler.monitor().requests().record(*measured_);
  measured_.reset();
}

asio::awaitable<void> Session::answer_requests() {
  // Not "keep_alive_ && co_await": g++ 12.2 miscompiles that, see .ci/check-coawait.
  while (keep_alive_ && !ending_) {
    const bool another = co_await read_request();
    if (!another) break;
    co_await answer_request();
  }
}

asio::awaitable<void> Session::run() {
  std::optional<Error> fatal;
  try {
    co_await answer_requests();
  } catch (const PeerGone&) {
    record(0);
    co_return;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kFatal) {
      // In the middle of a reply, cutting the connection is the only way to report a failure.
      log_error(error);
      record(0);
      co_return;
    }
    fatal = error;
  }
  if (!fatal) co_return;
  try {
    keep_alive_ = false;
    co_await send(to_reply(to_refusal(*fatal)));
  } catch (const PeerGone&) {  // it gets no answer, and the process ends all the same
  }
  throw Error(*fatal);
}

}  // namespace

void log_refused(LogLimiter* log, const Caller& caller, const std::string& peer,
                 const Refusal& refusal, std::string_view asked) {
  const auto& info = info_of(refusal.code);
  const LogLevel level = info.status >= 500 ? LogLevel::kWarning : LogLevel::kInfo;
  const std::string line = fmt::format("refused client {} at {}: {}{}{}: {}", caller.name, peer,
                                       escaped(asked, kLongestAsked), asked.empty() ? "" : ": ",
                                       info.text, escaped(refusal.message, kLongestMessage));
  if (log == nullptr) return log_line(level, line);
  // Unknown clients may use many names, so all of them share one limit.
  const bool unknown = refusal.code == Code::kUnknownClient;
  log->line(unknown ? "clients that are not registered" : fmt::format("client {}", caller.name),
            level, line);
}

asio::awaitable<void> serve(ByteStream stream, SessionContext context) {
  SessionGroup* const group = context.group;
  Session session(std::move(stream), std::move(context));
  std::optional<SessionGroup::Membership> membership;
  if (group != nullptr) membership.emplace(*group, session.ask_to_end());
  co_await session.run();
}

}  // namespace walstow
