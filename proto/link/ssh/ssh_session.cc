#include "proto/link/ssh/ssh_session.h"

#include <boost/asio/error.hpp>
#include <libssh2.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <new>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/link/ssh/ssh_key_types.h"

namespace walstow {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// The algorithms that libssh2 1.10 offers, the fastest first, without those that use SHA-1. It has
// neither AES-GCM nor ChaCha20 nor encrypt-then-MAC, so the attack that made strict key exchange
// necessary (Terrapin) does not apply.
constexpr const char* kKeyExchanges =
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
    "ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256";
constexpr const char* kCiphers = "aes128-ctr,aes192-ctr,aes256-ctr";
constexpr const char* kMacs = "hmac-sha2-256,hmac-sha2-512";

// Bytes that the remote end may send before this end requests more. A larger window is slower.
constexpr std::uint32_t kReceiveWindow = std::uint32_t{2} * 1024 * 1024;
// The most bytes that OpenSSH's sshd may hold for a program that has not read them yet. It offers a
// window of 2 MiB and keeps that much in one buffer, which it enlarges by one packet at a time,
// with a copy (sshbuf.c). With megabytes in the buffer, each packet costs it some 10 ms. It credits
// what the program has read after three packets (channel_check_window() in channels.c), so this is
// enough.
constexpr std::size_t kMostHeldBySshd = std::size_t{256} * 1024;
constexpr std::string_view kOpenSsh = "SSH-2.0-OpenSSH";
// The text that OpenSSH 9.8 and later send instead of a banner to a host with failed logins
// (sshd.c).
constexpr std::string_view kPenalty = "Not allowed at this time";
constexpr std::size_t kMostBeginning = 256;
constexpr std::size_t kMostErrorText = 4096;
constexpr std::size_t kTextShown = 200;

constexpr int kSignatureWanted = 1;  // none of libssh2's codes, which are negative

void start_library() {
  // OpenSSL's ciphers initialize themselves; 0: libssh2 skips no part of its initialization.
  static const int kStarted = libssh2_init(0);
  if (kStarted != 0) throw Error(ErrorKind::kUnavailable, "could not start libssh2");
}

// Shared by libssh2's sign callback and the coroutine that waits for the signature.
struct Signing {
  std::vector<std::byte> data;       // to be signed; empty until libssh2 requests it
  std::vector<std::byte> signature;  // empty until it is available
};

// libssh2 calls it repeatedly, like everything that must not block.
int give_signature(LIBSSH2_SESSION* /*session*/, unsigned char** signature, std::size_t* size,
                   const unsigned char* data, std::size_t data_size, void** context) {
  auto& signing = *static_cast<Signing*>(*context);
  if (signing.signature.empty()) {
    const ByteView bytes = std::as_bytes(std::span(data, data_size));
    signing.data.assign(bytes.begin(), bytes.end());
    return LIBSSH2_ERROR_EAGAIN;
  }
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory): libssh2 frees it
  *signature = static_cast<unsigned char*>(std::malloc(signing.signature.size()));
  if (*signature == nullptr) return LIBSSH2_ERROR_ALLOC;
  std::memcpy(*signature, signing.signature.data(), signing.signature.size());
  *size = signing.signature.size();
  return 0;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ","));
}

}  // namespace

struct SshSession::Handles {
  explicit Handles(tcp::socket connected) : socket(std::move(connected)) {
    start_library();
    // NOLINTNEXTLINE(cppcoreguidelines-prefer-member-initializer): only once the library runs
    session = libssh2_session_init();
    if (session == nullptr) throw std::bad_alloc();
    libssh2_session_set_blocking(session, 0);
    socket.native_non_blocking(true);
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    if (socket.is_open()) {
      libssh2_session_disconnect(session, "done");
      // libssh2 must not wait to send its last messages, or it frees nothing.
      ::shutdown(socket.native_handle(), SHUT_RDWR);
    }
    while (libssh2_session_free(session) == LIBSSH2_ERROR_EAGAIN) {
    }
  }

  tcp::socket socket;
  LIBSSH2_SESSION* session = nullptr;
  LIBSSH2_CHANNEL* channel = nullptr;  // freed with the session
};

SshSession::SshSession(tcp::socket socket, std::string store)
    : handles_(std::make_unique<Handles>(std::move(socket))), store_(std::move(store)) {
  LIBSSH2_SESSION* session = handles_->session;
  const auto prefer = [session](int method, const char* names) {
    // Without this check, libssh2 would continue with its own choice.
    if (libssh2_session_method_pref(session, method, names) != 0) {
      throw Error(ErrorKind::kUnavailable,
                  fmt::format("libssh2 {} offers none of {}", libssh2_version(0), names));
    }
  };
  prefer(LIBSSH2_METHOD_KEX, kKeyExchanges);
  prefer(LIBSSH2_METHOD_CRYPT_CS, kCiphers);
  prefer(LIBSSH2_METHOD_CRYPT_SC, kCiphers);
  prefer(LIBSSH2_METHOD_MAC_CS, kMacs);
  prefer(LIBSSH2_METHOD_MAC_SC, kMacs);
}

SshSession::~SshSession() = default;

tcp::socket& SshSession::socket() {
  return handles_->socket;
}

void SshSession::fail(std::string_view doing, int code) const {
  const std::string store = fmt::format("the store \"{}\"", store_);
  if (code == LIBSSH2_ERROR_SOCKET_DISCONNECT || code == LIBSSH2_ERROR_SOCKET_RECV ||
      code == LIBSSH2_ERROR_SOCKET_SEND) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("{} closed the connection while {}", store, doing),
                "Check that an sshd listens at that address, and that it accepts more connections "
                "(MaxStartups). Its log may say more.");
  }
  char* text = nullptr;
  libssh2_session_last_error(handles_->session, &text, nullptr, 0);
  throw Error(ErrorKind::kUnavailable,
              fmt::format("no SSH connection with {}: failed while {}: {}", store, doing,
                          escaped(text != nullptr ? text : "unknown error")),
              "Is there an sshd behind that address? Its log may say more.");
}

// Returns the direction in which libssh2 waits. Call it right before the wait.
SocketSession::Attempt SshSession::blocked() {
  // The kernel falls back to delayed acknowledgements on its own, and each then costs 40 ms.
  const int on = 1;
  ::setsockopt(handles_->socket.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
  return {.state = waits_to_write() ? State::kWaitToWrite : State::kWaitToRead};
}

bool SshSession::waits_to_write() const {
  const int directions = libssh2_session_block_directions(handles_->session);
  return (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0;
}

// Calls `step` until it need not wait any more; returns its last result.
template <class Step>
asio::awaitable<int> SshSession::run(Step step) {
  int code = LIBSSH2_ERROR_EAGAIN;
  auto attempt = [this, &code, &step]() -> Attempt {
    code = step();
    return code == LIBSSH2_ERROR_EAGAIN ? blocked() : Attempt{.state = State::kDone};
  };
  const Attempt done = co_await complete(handles_->socket, std::move(attempt));
  co_return done.error ? LIBSSH2_ERROR_SOCKET_DISCONNECT : code;
}

std::string_view SshSession::banner() const {
  const char* banner = libssh2_session_banner_get(handles_->session);
  return banner == nullptr ? std::string_view() : banner;
}

bool SshSession::penalised() const {
  return banner().starts_with(kPenalty);
}

// The port belongs to another service, or the sshd has too many connections, reports that and hangs
// up.
void SshSession::refuse_without_banner() const {
  static constexpr std::string_view kSsh = "SSH-";
  const std::string_view said = banner();
  if (said.starts_with(kSsh)) return;
  if (penalised()) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("the sshd of the store \"{}\" refuses this host for some time: \"{}\"",
                            store_, escaped(said, kTextShown)),
                "It does so after failed logins (PerSourcePenalties). The sshd's log contains the "
                "reason, and the number of seconds.");
  }
  throw Error(
      ErrorKind::kUnavailable,
      fmt::format("no SSH connection with the store \"{}\": it does not speak SSH{}", store_,
                  said.empty() ? "" : fmt::format(": \"{}\"", escaped(said, kTextShown))),
      "Is the port right? An sshd listens on 22 by default, and limits the connections that it "
      "accepts at once (MaxStartups).");
}

asio::awaitable<void> SshSession::handshake(std::vector<std::string> host_key_types) {
  LIBSSH2_SESSION* session = handles_->session;
  if (libssh2_session_method_pref(session, LIBSSH2_METHOD_HOSTKEY,
                                  joined(host_key_types).c_str()) != 0) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("libssh2 {} supports none of the host key types {}", libssh2_version(0),
                            joined(host_key_types)));
  }
  const int descriptor = handles_->socket.native_handle();
  auto step = [session, descriptor] { return libssh2_session_handshake(session, descriptor); };
  const int code = co_await run(std::move(step));
  if (code != 0) refuse_without_banner();
  if (code == LIBSSH2_ERROR_KEX_FAILURE || code == LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE) {
    throw Error(
        ErrorKind::kUnavailable,
        fmt::format("no SSH connection with the store \"{}\": no common algorithms", store_),
        fmt::format("Its sshd must offer one of each: host key {}; key exchange {}; cipher {}; MAC "
                    "{}.",
                    joined(host_key_types), kKeyExchanges, kCiphers, kMacs));
  }
  if (code != 0) fail("shaking hands", code);
}

SshPublicKey SshSession::host_key() const {
  std::size_t size = 0;
  int type = 0;
  const char* data = libssh2_session_hostkey(handles_->session, &size, &type);
  const ByteView blob = data == nullptr ? ByteView() : as_bytes(std::string_view(data, size));
  return {.type = std::string(ssh_key_type(blob).value_or("")),
          .blob = std::vector<std::byte>(blob.begin(), blob.end())};
}

// libssh2 reports the end of the connection as an unverified key, too.
bool SshSession::accepted(int code) const {
  if (code == 0) return true;
  std::byte next{};
  const bool closed =
      ::recv(handles_->socket.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
  if (closed) fail("authenticating", LIBSSH2_ERROR_SOCKET_DISCONNECT);
  if (code == LIBSSH2_ERROR_AUTHENTICATION_FAILED || code == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED) {
    return false;
  }
  fail("authenticating", code);
}

asio::awaitable<bool> SshSession::authenticate(std::string user, std::string private_key) {
  LIBSSH2_SESSION* session = handles_->session;
  auto step = [session, &user, &private_key] {
    // The empty passphrase keeps OpenSSL from asking for one at the terminal.
    return libssh2_userauth_publickey_frommemory(session, user.data(), user.size(), nullptr, 0,
                                                 private_key.data(), private_key.size(), "");
  };
  const int code = co_await run(std::move(step));
  co_return accepted(code);
}

asio::awaitable<bool> SshSession::authenticate(std::string user, SshPublicKey key, Signer sign) {
  LIBSSH2_SESSION* session = handles_->session;
  const std::vector<std::byte> blob = ssh_signing_blob(key);
  Signing signing;
  void* context = &signing;
  auto step = [session, &user, &blob, &signing, &context]() -> int {
    const int code = libssh2_userauth_publickey(session, user.c_str(),
                                                reinterpret_cast<const unsigned char*>(blob.data()),
                                                blob.size(), give_signature, &context);
    // The wait is for the signature, not for the remote end.
    const bool wanted = !signing.data.empty() && signing.signature.empty();
    return code == LIBSSH2_ERROR_EAGAIN && wanted ? kSignatureWanted : code;
  };
  int code = co_await run(step);
  if (code == kSignatureWanted) {
    signing.signature = co_await sign(signing.data);
    code = co_await run(step);
  }
  co_return accepted(code);
}

asio::awaitable<void> SshSession::execute(std::string command) {
  static constexpr std::string_view kSession = "session";
  static constexpr std::string_view kExec = "exec";
  auto open = [this]() -> int {
    handles_->channel =
        libssh2_channel_open_ex(handles_->session, kSession.data(), kSession.size(), kReceiveWindow,
                                LIBSSH2_CHANNEL_PACKET_DEFAULT, nullptr, 0);
    return handles_->channel != nullptr ? 0 : libssh2_session_last_errno(handles_->session);
  };
  int code = co_await run(std::move(open));
  if (code != 0) fail("opening a session", code);
  auto start = [this, &command] {
    return libssh2_channel_process_startup(handles_->channel, kExec.data(), kExec.size(),
                                           command.data(),
                                           static_cast<unsigned int>(command.size()));
  };
  code = co_await run(std::move(start));
  if (code == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED) {
    throw Error(
        ErrorKind::kUnavailable,
        fmt::format("the store \"{}\" runs no command for this account", store_),
        "Does the configuration of the sshd there contain a ForceCommand, such as internal-sftp?");
  }
  if (code != 0) fail("starting walstowd", code);
}

SocketSession::Attempt SshSession::read(MutableByteView out) {
  Attempt attempt = read_output(out);
  if (must_wait(attempt.state)) {
    collect_errors();
    // While it looks for another stream's data, libssh2 keeps what it finds in the socket. Data for
    // this stream that arrived just now is already there, and nothing would wake the reader for it.
    unsigned long kept = 0;  // NOLINT(google-runtime-int): libssh2's type
    libssh2_channel_window_read_ex(handles_->channel, &kept, nullptr);
    attempt = kept > 0 ? read_output(out) : at_end();
  }
  const std::size_t more = std::min(attempt.size, kMostBeginning - beginning_.size());
  beginning_ += as_text(out.first(more));
  return attempt;
}

SocketSession::Attempt SshSession::read_output(MutableByteView out) {
  const auto size = libssh2_channel_read_ex(handles_->channel, 0,
                                            reinterpret_cast<char*>(out.data()), out.size());
  if (size > 0) return {.state = State::kDone, .size = static_cast<std::size_t>(size)};
  if (size == 0 || size == LIBSSH2_ERROR_EAGAIN) return blocked();
  return {.error = asio::error::connection_reset};
}

// Returns how many bytes the remote end accepts before it grants more credit.
std::size_t SshSession::window_left() {
  return libssh2_channel_window_write_ex(handles_->channel, nullptr);
}

// True: the remote end holds enough that its program has not read. Bytes in transit do not count: a
// long connection must be kept full. It is unknown when other servers credit what was read, so
// waiting for them could last forever.
bool SshSession::far_end_is_behind() {
  const char* banner = libssh2_session_banner_get(handles_->session);
  if (banner == nullptr || !std::string_view(banner).starts_with(kOpenSsh)) return false;
  const std::size_t left = window_left();
  window_ = std::max(window_, left);  // sshd opens it when its program has started
  const int descriptor = handles_->socket.native_handle();
  int unacknowledged = 0;
  int unsent = 0;
  if (::ioctl(descriptor, SIOCOUTQ, &unacknowledged) != 0) return false;
  if (::ioctl(descriptor, SIOCOUTQNSD, &unsent) != 0) return false;
  const auto under_way = static_cast<std::size_t>(std::max(unacknowledged - unsent, 0));
  return window_ > left + under_way + kMostHeldBySshd;
}

SocketSession::Attempt SshSession::write(ByteView bytes) {
  for (;;) {
    const std::size_t window = window_left();
    // A packet that libssh2 has begun to send must be finished first.
    if (packet_begun_ || !far_end_is_behind()) {
      const auto size = libssh2_channel_write_ex(
          handles_->channel, 0, reinterpret_cast<const char*>(bytes.data()), bytes.size());
      packet_begun_ = size == LIBSSH2_ERROR_EAGAIN && waits_to_write();
      if (size > 0) return {.state = State::kDone, .size = static_cast<std::size_t>(size)};
      // 0: the remote end accepts no more for now.
      if (size < 0 && size != LIBSSH2_ERROR_EAGAIN) return {.error = asio::error::connection_reset};
    }
    collect_errors();  // also processes credit that has arrived
    if (closed()) return {.error = asio::error::connection_reset};
    // If credit arrived after the decision to wait, nothing would end the wait.
    if (packet_begun_ || window_left() <= window) return blocked();
  }
}

// A program that has ended reads nothing more. sshd then closes the channel, and libssh2 does not
// report this while it has no room to write. Neither reads nor waits before the remote end has
// announced its end.
bool SshSession::closed() {
  return libssh2_channel_wait_closed(handles_->channel) == 0;
}

// While standard error is not read, the channel does not end, and its window fills up.
void SshSession::collect_errors() {
  std::array<char, kMostErrorText> text{};
  for (;;) {
    const auto size = libssh2_channel_read_ex(handles_->channel, SSH_EXTENDED_DATA_STDERR,
                                              text.data(), text.size());
    if (size <= 0) return;
    const std::size_t room = kMostErrorText - errors_.size();
    errors_.append(text.data(), std::min(static_cast<std::size_t>(size), room));
  }
}

// There is nothing to read, for now or permanently.
SocketSession::Attempt SshSession::at_end() {
  if (libssh2_channel_eof(handles_->channel) == 0) return blocked();
  // The exit code arrives before the close.
  const int code = libssh2_channel_wait_closed(handles_->channel);
  return code == LIBSSH2_ERROR_EAGAIN ? blocked() : Attempt{.state = State::kDone};
}

int SshSession::exit_code() const {
  return libssh2_channel_get_exit_status(handles_->channel);
}

}  // namespace walstow
