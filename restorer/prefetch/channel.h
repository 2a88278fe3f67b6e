// How walstow-restore and its prefetcher speak to each other: a socket in the spool folder.
//
// A call says which segment PostgreSQL was handed, or asks for one and waits. The kernel ends the
// wait when the prefetcher dies, of whatever, and refuses a connection where none lives: nobody
// polls, and nobody waits for the dead. Messages carry the tag of the entries that are meant
// (restorer/spool/prefetch_entries.h), so that a call with other settings is never told of this
// one's.
//
// Both ends prove each other's user. Errors: Error{kStorage}; a call takes them for "nobody
// listens".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "proto/base/deadline.h"
#include "proto/base/descriptor.h"
#include "proto/wal/file_name.h"

namespace walstow {

struct PrefetchMessage {
  enum class Kind {
    kHanded,  // PostgreSQL got the segment
    kWant,    // it wants the segment; one of PrefetchReply follows, kComing any number of times
  };
  Kind kind = Kind::kHanded;
  WalFileName segment;  // kSegment
  std::string tag;
};

enum class PrefetchReply {
  kReady,        // look again
  kAskTheStore,  // ask the store yourself
  kComing,       // it is under way, and bytes arrive
};

std::string to_text(const PrefetchMessage& message);
// nullopt: no such message.
std::optional<PrefetchMessage> parse_prefetch_message(std::string_view text);

// The end of a call.
class PrefetchCall {
 public:
  // `wal_folder` is the path of the folder of %p. nullopt: nobody listens there.
  static std::optional<PrefetchCall> connect(const std::string& wal_folder);

  // False: it has ended meanwhile.
  bool send(const PrefetchMessage& message);
  // The next reply; nullopt: it has ended, or said nothing for `silence`.
  std::optional<PrefetchReply> receive(Duration silence);

 private:
  explicit PrefetchCall(Descriptor socket) : socket_(std::move(socket)) {}
  Descriptor socket_;
};

// The end of the prefetcher; it holds the data directory's one place for such a process for as long
// as it lives. No member waits.
class PrefetchListener {
 public:
  // nullopt: another process has that place.
  static std::optional<PrefetchListener> open(const std::string& wal_folder);
  PrefetchListener(PrefetchListener&&) noexcept = default;
  PrefetchListener& operator=(PrefetchListener&&) = delete;
  ~PrefetchListener();  // calls from now on find nobody

  // Readable when a call wants to be accepted.
  int descriptor() const { return socket_.get(); }
  // An empty one: there was none, or it was another user's.
  Descriptor accept();

  // The next message of an accepted call; an empty text: the call has ended. nullopt: none yet.
  static std::optional<std::string> receive(const Descriptor& call);
  // A call that does not listen any more misses nothing.
  static void reply(const Descriptor& call, PrefetchReply reply);

 private:
  PrefetchListener(Descriptor folder, Descriptor lock, Descriptor socket)
      : folder_(std::move(folder)), lock_(std::move(lock)), socket_(std::move(socket)) {}

  Descriptor folder_;
  Descriptor lock_;
  Descriptor socket_;
};

}  // namespace walstow
