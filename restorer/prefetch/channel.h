// The channel between walstow-restore and its prefetcher: a socket in the spool folder.
//
// A call reports which segment PostgreSQL received, or requests one and waits. If the prefetcher
// dies for any reason, the kernel ends the wait. If no prefetcher is running, the kernel refuses
// the connection. So no process polls, and no process waits for a dead one. Messages contain the
// tag of the entries that they concern (restorer/spool/prefetch_entries.h), so a call with other
// settings never receives a message about them.
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
    // The call requests the segment. The prefetcher replies with any number of kComing, and then
    // one other PrefetchReply.
    kWant,
  };
  Kind kind = Kind::kHanded;
  WalFileName segment;  // kSegment
  std::string tag;
};

enum class PrefetchReply {
  kReady,        // check the entries again
  kAskTheStore,  // the call must ask the store directly
  kComing,       // the segment is being fetched, and bytes are arriving
};

std::string to_text(const PrefetchMessage& message);
// Returns nullopt if `text` is not such a message.
std::optional<PrefetchMessage> parse_prefetch_message(std::string_view text);

// The call's end of the channel.
class PrefetchCall {
 public:
  // `wal_folder` is the path of the folder of %p. Returns nullopt if no prefetcher is listening
  // there.
  static std::optional<PrefetchCall> connect(const std::string& wal_folder);

  // Returns false if the prefetcher has ended meanwhile.
  bool send(const PrefetchMessage& message);
  // Returns the next reply, or nullopt if the prefetcher has ended, or has sent nothing for
  // `silence`.
  std::optional<PrefetchReply> receive(Duration silence);

 private:
  explicit PrefetchCall(Descriptor socket) : socket_(std::move(socket)) {}
  Descriptor socket_;
};

// The prefetcher's end of the channel. While it exists, no other process can listen for the same
// data directory. No member function waits.
class PrefetchListener {
 public:
  // Returns nullopt if another process is listening.
  static std::optional<PrefetchListener> open(const std::string& wal_folder);
  PrefetchListener(PrefetchListener&&) noexcept = default;
  PrefetchListener& operator=(PrefetchListener&&) = delete;
  ~PrefetchListener();  // later calls find no prefetcher

  // The descriptor is readable while a call is waiting to be accepted.
  int descriptor() const { return socket_.get(); }
  // Returns an empty Descriptor if no call was waiting, or if the call came from another user.
  Descriptor accept();

  // Returns the next message of an accepted call. Returns an empty text if the call has ended, and
  // nullopt if no message has arrived yet.
  static std::optional<std::string> receive(const Descriptor& call);
  // Has no effect if the call no longer listens.
  static void reply(const Descriptor& call, PrefetchReply reply);

 private:
  PrefetchListener(Descriptor folder, Descriptor lock, Descriptor socket)
      : folder_(std::move(folder)), lock_(std::move(lock)), socket_(std::move(socket)) {}

  Descriptor folder_;
  Descriptor lock_;
  Descriptor socket_;
};

}  // namespace walstow
