// The channel between walstow-restore and its prefetcher: a socket in the spool folder.
//
// A call reports which segment PostgreSQL received, or requests one and waits. The kernel ends the
// wait when the prefetcher dies for any reason, and refuses a connection when none is running. So
// no process polls, and none waits for a dead one. Messages contain the tag of their entries
// (restorer/spool/prefetch_entries.h), so a call with other settings never receives news of these.
//
// Both ends verify each other's user. Errors: Error{kStorage}; a call treats them as "no prefetcher
// is listening".
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
    kHanded,  // PostgreSQL received the segment
    kWant,    // it wants the segment; one PrefetchReply follows, after any number of kComing
  };
  Kind kind = Kind::kHanded;
  WalFileName segment;  // kSegment
  std::string tag;
};

enum class PrefetchReply {
  kReady,        // check the entries again
  kAskTheStore,  // the call must ask the store itself
  kComing,       // it is being fetched, and bytes arrive
};

std::string to_text(const PrefetchMessage& message);
// nullopt: not such a message.
std::optional<PrefetchMessage> parse_prefetch_message(std::string_view text);

// The call's end of the channel.
class PrefetchCall {
 public:
  // `wal_folder` is the path of the folder of %p. nullopt: no prefetcher is listening there.
  static std::optional<PrefetchCall> connect(const std::string& wal_folder);

  // False: the prefetcher has ended meanwhile.
  bool send(const PrefetchMessage& message);
  // Returns the next reply; nullopt: the prefetcher has ended, or sent nothing for `silence`.
  std::optional<PrefetchReply> receive(Duration silence);

 private:
  explicit PrefetchCall(Descriptor socket) : socket_(std::move(socket)) {}
  Descriptor socket_;
};

// The prefetcher's end of the channel. While it exists, it holds the data directory's only slot for
// such a process. No member waits.
class PrefetchListener {
 public:
  // nullopt: another process has the slot.
  static std::optional<PrefetchListener> open(const std::string& wal_folder);
  PrefetchListener(PrefetchListener&&) noexcept = default;
  PrefetchListener& operator=(PrefetchListener&&) = delete;
  ~PrefetchListener();  // later calls find no prefetcher

  // Readable when a call is waiting to be accepted.
  int descriptor() const { return socket_.get(); }
  // An empty Descriptor: no call was waiting, or it was another user's.
  Descriptor accept();

  // Returns the next message of an accepted call. An empty text: the call has ended. nullopt: none
  // yet.
  static std::optional<std::string> receive(const Descriptor& call);
  // A call that is no longer listening misses nothing.
  static void reply(const Descriptor& call, PrefetchReply reply);

 private:
  PrefetchListener(Descriptor folder, Descriptor lock, Descriptor socket)
      : folder_(std::move(folder)), lock_(std::move(lock)), socket_(std::move(socket)) {}

  Descriptor folder_;
  Descriptor lock_;
  Descriptor socket_;
};

}  // namespace walstow
