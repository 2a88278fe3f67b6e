#include "restorer/prefetch/channel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/base/error.h"
#include "proto/codec/digest.h"
#include "proto/pgdata/spool_folder.h"

namespace walstow {
namespace {

constexpr const char* kSocketFile = "prefetch.sock";
constexpr const char* kLockFile = "prefetch.lock";

// A message: one letter, the segment, the tag.
constexpr std::size_t kSegmentLength = 24;
constexpr std::size_t kTagLength = 32;
constexpr std::size_t kMessageLength = 1 + kSegmentLength + kTagLength;

// Calls that may wait to be accepted. There is one at a time, except for killed ones.
constexpr int kBacklog = 16;

// poll() counts milliseconds in an int; settings do not.
constexpr Duration kLongestSilence{3'600'000};

Descriptor open_spool(const std::string& wal_folder) {
  const std::string path = fmt::format("{}/{}", wal_folder, kSpoolFolder);
  return Descriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

Descriptor new_socket() {
  return Descriptor(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// Goes through the open folder: the path itself may be longer than an address allows.
sockaddr_un address_in(const Descriptor& folder) {
  const std::string path = fmt::format("/proc/self/fd/{}/{}", folder.get(), kSocketFile);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());  // a short one, followed by zeros
  return address;
}

// bind() and connect() take every kind of address by this type.
const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

bool is_own_user(const Descriptor& socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         peer.uid == ::geteuid();
}

bool send_text(const Descriptor& socket, std::string_view text) {
  return ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
         static_cast<ssize_t>(text.size());
}

constexpr std::array kReplies = {
    std::pair{PrefetchReply::kReady, 'R'},
    std::pair{PrefetchReply::kAskTheStore, 'N'},
    std::pair{PrefetchReply::kComing, 'C'},
};

}  // namespace

std::string to_text(const PrefetchMessage& message) {
  const char kind = message.kind == PrefetchMessage::Kind::kHanded ? 'H' : 'W';
  return kind + message.segment.text() + message.tag;
}

std::optional<PrefetchMessage> parse_prefetch_message(std::string_view text) {
  if (text.size() != kMessageLength || (text.front() != 'H' && text.front() != 'W')) {
    return std::nullopt;
  }
  const auto segment = WalFileName::parse(text.substr(1, kSegmentLength));
  const std::string_view tag = text.substr(1 + kSegmentLength);
  if (!segment || segment->kind() != FileKind::kSegment || !parse_digest(tag)) return std::nullopt;
  return PrefetchMessage{
      .kind = text.front() == 'H' ? PrefetchMessage::Kind::kHanded : PrefetchMessage::Kind::kWant,
      .segment = *segment,
      .tag = std::string(tag)};
}

// --- the call's end ---

std::optional<PrefetchCall> PrefetchCall::connect(const std::string& wal_folder) {
  const Descriptor folder = open_spool(wal_folder);
  if (!folder) return std::nullopt;
  Descriptor socket = new_socket();
  const sockaddr_un address = address_in(folder);
  if (!socket || ::connect(socket.get(), generic(address), sizeof address) != 0 ||
      !is_own_user(socket)) {
    return std::nullopt;
  }
  return PrefetchCall(std::move(socket));
}

bool PrefetchCall::send(const PrefetchMessage& message) {
  return send_text(socket_, to_text(message));
}

std::optional<PrefetchReply> PrefetchCall::receive(Duration silence) {
  pollfd wait{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  const Deadline deadline = Deadline::after(std::min(silence, kLongestSilence));
  int ready = 0;
  do {
    ready = ::poll(&wait, 1, static_cast<int>(deadline.remaining().count()));
  } while (ready < 0 && errno == EINTR);
  char letter = 0;
  if (ready <= 0 || ::recv(socket_.get(), &letter, 1, MSG_DONTWAIT) != 1) return std::nullopt;
  for (const auto& [reply, its_letter] : kReplies) {
    if (letter == its_letter) return reply;
  }
  return std::nullopt;
}

// --- the prefetcher's end ---

std::optional<PrefetchListener> PrefetchListener::open(const std::string& wal_folder) {
  const std::string what = fmt::format("could not listen in \"{}/{}\"", wal_folder, kSpoolFolder);
  Descriptor folder = open_spool(wal_folder);
  if (!folder) throw_system_error(what, errno);
  Descriptor lock(::openat(folder.get(), kLockFile,
                           O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!lock) throw_system_error(what, errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return std::nullopt;

  // A process that left a socket behind is dead, or would hold the lock.
  ::unlinkat(folder.get(), kSocketFile, 0);
  Descriptor socket = new_socket();
  const sockaddr_un address = address_in(folder);
  const mode_t mask = ::umask(0077);
  const bool bound = socket && ::bind(socket.get(), generic(address), sizeof address) == 0;
  ::umask(mask);
  if (!bound || ::listen(socket.get(), kBacklog) != 0) throw_system_error(what, errno);
  return PrefetchListener(std::move(folder), std::move(lock), std::move(socket));
}

PrefetchListener::~PrefetchListener() {
  if (folder_) ::unlinkat(folder_.get(), kSocketFile, 0);
}

Descriptor PrefetchListener::accept() {
  Descriptor call(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  return call && is_own_user(call) ? std::move(call) : Descriptor();
}

std::optional<std::string> PrefetchListener::receive(const Descriptor& call) {
  std::array<char, kMessageLength + 1> text{};
  const ssize_t size = ::recv(call.get(), text.data(), text.size(), MSG_DONTWAIT);
  if (size > 0) return std::string(text.data(), static_cast<std::size_t>(size));
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  return std::string();
}

void PrefetchListener::reply(const Descriptor& call, PrefetchReply reply) {
  for (const auto& [known, letter] : kReplies) {
    if (known == reply) send_text(call, std::string_view(&letter, 1));
  }
}

}  // namespace walstow
