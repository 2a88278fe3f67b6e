#include "proto/link/ssh_transport.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/log.h"

namespace walstow {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::string_view kHttp = "HTTP/1.1 ";
constexpr std::size_t kAnswerKept = 256;
constexpr std::size_t kTextShown = 200;
constexpr int kNotFound = 127;  // a shell's exit code for a command that it does not find

std::string_view first_line(std::string_view text) {
  const std::size_t start = std::min(text.find_first_not_of("\r\n"), text.size());
  text.remove_prefix(start);
  return text.substr(0, text.find_first_of("\r\n"));
}

// What follows `beginning` in that line of `text` that has it; "" where none has.
std::string_view line_after(std::string_view text, std::string_view beginning) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with(beginning)) return line.substr(beginning.size());
  }
  return {};
}

bool begins_as_http(std::string_view answer) {
  return kHttp.starts_with(answer.substr(0, kHttp.size()));
}

// Shared with the handlers that still wait when the transport goes.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(std::unique_ptr<SshSession> session) : session_(std::move(session)) {}

  asio::any_io_executor executor() { return session_->socket().get_executor(); }

  void read(asio::mutable_buffer buffer, IoHandler handler) {
    const SshSession::Attempt attempt =
        session_->read(std::span(static_cast<std::byte*>(buffer.data()), buffer.size()));
    if (attempt.state == SshSession::State::kBlocked && !cancelled_) {
      wait(std::move(handler), [self = shared_from_this(), buffer](IoHandler waiting) {
        self->read(buffer, std::move(waiting));
      });
      return;
    }
    if (answer_.size() < kAnswerKept) {
      const std::size_t more = std::min(attempt.size, kAnswerKept - answer_.size());
      answer_.append(static_cast<const char*>(buffer.data()), more);
    }
    const bool at_end = attempt.state == SshSession::State::kDone && attempt.size == 0;
    complete(std::move(handler), at_end && buffer.size() > 0 ? asio::error::eof : result(attempt),
             attempt.size);
  }

  void write(asio::const_buffer buffer, IoHandler handler) {
    const SshSession::Attempt attempt =
        session_->write(std::span(static_cast<const std::byte*>(buffer.data()), buffer.size()));
    if (attempt.state == SshSession::State::kBlocked && !cancelled_) {
      wait(std::move(handler), [self = shared_from_this(), buffer](IoHandler waiting) {
        self->write(buffer, std::move(waiting));
      });
      return;
    }
    complete(std::move(handler), result(attempt), attempt.size);
  }

  // It may come between two waits, and must end the second one, too.
  void cancel() {
    cancelled_ = true;
    error_code ignored;  // nothing was waiting: nothing to end
    session_->socket().cancel(ignored);
  }

  SshLastWords last_words() const {
    return {.answer = answer_, .errors = session_->errors(), .exit_code = session_->exit_code()};
  }

 private:
  error_code result(const SshSession::Attempt& attempt) const {
    if (cancelled_) return asio::error::operation_aborted;
    if (attempt.state == SshSession::State::kFailed) return asio::error::connection_reset;
    return {};
  }

  // Never from inside of the call that began it.
  void complete(IoHandler handler, error_code error, std::size_t size) {
    const auto target = asio::get_associated_executor(handler, executor());
    auto done = [handler = std::move(handler), error, size]() mutable {
      std::move(handler)(error, size);
    };
    asio::post(executor(), asio::bind_executor(target, std::move(done)));
  }

  template <class Again>
  void wait(IoHandler handler, Again again) {
    const auto direction = session_->next_wait();
    auto woken = [self = shared_from_this(), handler = std::move(handler),
                  again = std::move(again)](error_code error) mutable {
      if (error) {
        self->complete(std::move(handler), error, 0);
      } else {
        again(std::move(handler));
      }
    };
    session_->socket().async_wait(direction, std::move(woken));
  }

  std::unique_ptr<SshSession> session_;
  std::string answer_;  // its beginning
  bool cancelled_ = false;
};

class SshTransport : public Transport {
 public:
  explicit SshTransport(std::unique_ptr<SshSession> session)
      : connection_(std::make_shared<Connection>(std::move(session))) {}

  asio::any_io_executor executor() override { return connection_->executor(); }
  void read_some(asio::mutable_buffer buffer, IoHandler handler) override {
    connection_->read(buffer, std::move(handler));
  }
  void write_some(asio::const_buffer buffer, IoHandler handler) override {
    connection_->write(buffer, std::move(handler));
  }
  void cancel() override { connection_->cancel(); }
  std::optional<Error> explain(const std::string& store) const override {
    return explain_last_words(store, connection_->last_words());
  }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace

std::unique_ptr<Transport> make_ssh_transport(std::unique_ptr<SshSession> session) {
  return std::make_unique<SshTransport>(std::move(session));
}

std::optional<Error> explain_last_words(const std::string& store, const SshLastWords& words) {
  if (!begins_as_http(words.answer)) {
    return Error(ErrorKind::kUnavailable,
                 fmt::format("the store \"{}\" answered with something that is not HTTP: \"{}\"",
                             store, escaped(first_line(words.answer), kTextShown)),
                 "The forced command must be walstowd --stdio and print nothing else; nor may the "
                 "login shell of the account, in its start-up files.");
  }
  if (words.errors.empty() && words.exit_code == 0) return std::nullopt;
  // walstowd's own words are as good as ours.
  const std::string_view own = line_after(words.errors, "walstowd: error: ");
  const std::string_view hint = line_after(words.errors, "walstowd: hint: ");
  if (!own.empty()) {
    return Error(ErrorKind::kUnavailable, fmt::format("the store \"{}\": {}", store, escaped(own)),
                 escaped(hint));
  }
  const std::string said =
      words.errors.empty()
          ? std::string("without a word")
          : fmt::format("saying \"{}\"", escaped(first_line(words.errors), kTextShown));
  return Error(
      ErrorKind::kUnavailable,
      fmt::format("the store \"{}\" ended with exit code {}, {}", store, words.exit_code, said),
      words.exit_code == kNotFound
          ? "Is walstowd installed there? Write its whole path into the forced command."
          : "Look at the forced command in .ssh/authorized_keys of that account.");
}

}  // namespace walstow
