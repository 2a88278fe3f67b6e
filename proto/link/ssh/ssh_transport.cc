#include "proto/link/ssh/ssh_transport.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/log.h"

namespace walstow {

namespace {

constexpr std::string_view kHttp = "HTTP/1.1 ";
constexpr std::size_t kMostTextShown = 200;
constexpr int kNotFound = 127;  // a shell's exit code for a command that it cannot find

std::string_view first_line(std::string_view text) {
  const std::size_t start = std::min(text.find_first_not_of("\r\n"), text.size());
  text.remove_prefix(start);
  return text.substr(0, text.find_first_of("\r\n"));
}

// Returns what follows `beginning` in the line of `text` that contains it; "" where none does.
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

class SshTransport final : public SocketTransport {
 public:
  explicit SshTransport(std::shared_ptr<SshSession> session)
      : SocketTransport(session), session_(std::move(session)) {}

  std::optional<Error> explain(const std::string& store) const override {
    return explain_last_words(store, {.answer = session_->beginning(),
                                      .errors = session_->errors(),
                                      .exit_code = session_->exit_code()});
  }

 private:
  std::shared_ptr<SshSession> session_;
};

}  // namespace

std::unique_ptr<Transport> make_ssh_transport(std::unique_ptr<SshSession> session) {
  return std::make_unique<SshTransport>(std::move(session));
}

std::optional<Error> explain_last_words(const std::string& store, const SshLastWords& words) {
  if (!begins_as_http(words.answer)) {
    return Error(ErrorKind::kUnavailable,
                 fmt::format("the store \"{}\" answered with something that is not HTTP: \"{}\"",
                             store, escaped(first_line(words.answer), kMostTextShown)),
                 "The forced command must be walstowd --stdio and print nothing else. The start-up "
                 "files of the account's login shell must print nothing either.");
  }
  if (words.errors.empty() && words.exit_code == 0) return std::nullopt;
  // walstowd's own message explains the failure as well as this program's would.
  const std::string_view own = line_after(words.errors, "walstowd: error: ");
  const std::string_view hint = line_after(words.errors, "walstowd: hint: ");
  if (!own.empty()) {
    return Error(ErrorKind::kUnavailable, fmt::format("the store \"{}\": {}", store, escaped(own)),
                 escaped(hint));
  }
  const std::string said = words.errors.empty()
                               ? std::string("without a message")
                               : fmt::format("with the message \"{}\"",
                                             escaped(first_line(words.errors), kMostTextShown));
  return Error(
      ErrorKind::kUnavailable,
      fmt::format("the store's program at \"{}\" ended with exit code {}, {}", store,
                  words.exit_code, said),
      words.exit_code == kNotFound
          ? "Is walstowd installed there? Write its full path into the forced command."
          : "Look at the forced command of this key: in /etc/ssh/walstow_keys on that host, or in "
            "the file that AuthorizedKeysFile in its sshd_config names.");
}

}  // namespace walstow
