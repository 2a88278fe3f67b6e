// What the commands ask a store for, whatever answers: a Client over some link, or a test's.
//
// Blocking; from one thread at a time. Errors: kRefused, kInvalid, kUsage: the store said no, with
// its message and hint. kUnavailable, kTimeout: could not ask. kDamaged: the answer failed a check.
// A proven absence is a value.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "proto/base/deadline.h"
#include "proto/base/error.h"
#include "proto/codec/object.h"
#include "proto/files/file_system.h"
#include "proto/wire/command.h"
#include "proto/wire/report.h"

namespace walstow {

enum class PutResult { kPublished, kStood };  // 201: it is new there; 200: the same content stood

struct PutDone {
  PutResult result = PutResult::kPublished;
  PutReport report;
};

// Where the bytes of a get go. `raw` must not be trusted before get() returns.
struct GetSink {
  ByteSink raw;                   // the file
  std::function<void()> restart;  // throw away what came so far: the next attempt begins
  ByteSink object;                // the stored object's own bytes; may be empty
};

struct Got {
  ObjectHeader header;  // checked: name, size, digest, system identifier
  std::string archive;  // archive id
};
struct Absent {
  Refusal refusal;  // code and proof, checked against what was asked
};
using GetDone = std::variant<Got, Absent>;

// How long to go on. The time of a get counts up to the head of the answer, retries included; the
// body then has the progress deadline.
struct Patience {
  Deadline give_up;
  std::function<void(const Error&, Duration pause)> on_failure;  // may be empty
  // Asked now and then; may be empty. From true on no wait is longer than `hurried`, whatever the
  // time limits are, and nothing is tried again.
  std::function<bool()> hurry = {};
  Duration hurried{5000};
};

class StoreClient {
 public:
  StoreClient() = default;
  StoreClient(const StoreClient&) = delete;
  StoreClient& operator=(const StoreClient&) = delete;
  virtual ~StoreClient() = default;

  // Does `work`, and makes the connection that the next question needs at the same time; `work` may
  // run in another thread, and has ended on return. Throws what it throws. A connection that could
  // not be made is the failure of that question's first attempt.
  virtual void connect_beside(const std::function<void()>& work, const Patience& patience) = 0;

  // Sends `raw` (put.raw_size bytes; put.digest is theirs). Returns only when the store has
  // promised that they are durable. From the second attempt on it asks before it sends.
  virtual PutDone put(PutFile put, File& raw, const Patience& patience) = 0;

  // The request id is chosen here. Which archive answers is not compared with anything: who
  // remembers one does that.
  virtual GetDone get(GetFile get, const GetSink& sink, const Patience& patience) = 0;

  // Small questions: the body of a success, or an Error.
  virtual std::string ask(const Command& command, const Patience& patience) = 0;

  // When this client's certificate ends; nullopt unless a call has shown one to the store.
  virtual std::optional<Time> certificate_until() const = 0;

 protected:
  StoreClient(StoreClient&&) noexcept = default;
  StoreClient& operator=(StoreClient&&) noexcept = default;
};

// Makes one with a connection of its own, for one thread. May throw as Client's constructor does.
using ConnectStore = std::function<std::unique_ptr<StoreClient>()>;

}  // namespace walstow
