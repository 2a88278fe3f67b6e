// The interface through which the commands use a store. A Client implements it over a link; tests
// implement it without one.
//
// Calls block, and only one thread at a time may use the object. Errors: with kRefused, kInvalid
// and kUsage, the store refused the request; such an Error has the store's message and hint. With
// kUnavailable and kTimeout, the store could not be asked. With kDamaged, the answer failed a
// check. A proven absence is a value.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/base/error.h"
#include "proto/codec/object.h"
#include "proto/files/file_system.h"
#include "proto/wire/command.h"
#include "proto/wire/report.h"

namespace walstow {

// kPublished: the file is new in the store (201). kExisted: the store had the file already (200).
enum class PutResult { kPublished, kExisted };

struct PutDone {
  PutResult result = PutResult::kPublished;
  PutReport report;
};

// Receives the bytes of a get. Do not trust the bytes that `raw` received before get() has
// returned.
struct GetSink {
  ByteSink raw;                   // receives the bytes of the file
  std::function<void()> restart;  // discard all bytes received so far: the next attempt begins
  ByteSink object;                // receives the bytes of the stored object; may be empty
};

struct Got {
  ObjectHeader header;  // name, size, digest and system identifier have been checked
  std::string archive;  // archive id
};
struct Absent {
  Refusal refusal;  // its code and proof have been checked against the request
};
using GetDone = std::variant<Got, Absent>;

// How long a call may take. For a get, this is the time until the head of the answer, including
// retries. Deadlines::progress bounds the body.
struct Patience {
  Deadline give_up;
  std::function<void(const Error&, Duration pause)> on_failure;  // may be empty
  // Called from time to time; may be empty. Once it has returned true, no wait is longer than
  // `hurried`, whatever the other limits are, and no attempt is repeated.
  std::function<bool()> hurry = {};
  Duration hurried{5000};
};

// The body of a successful answer, or the store's refusal: an Error of a kind that no retry
// changes.
using Answered = std::variant<std::string, Error>;

class StoreClient {
 public:
  StoreClient() = default;
  StoreClient(const StoreClient&) = delete;
  StoreClient& operator=(const StoreClient&) = delete;
  virtual ~StoreClient() = default;

  // Runs `work`, and meanwhile makes the connection that the next request needs. `work` may run in
  // another thread, and has ended on return. Throws what `work` throws. If the connection could not
  // be made, the first attempt of the next request fails with that error.
  virtual void connect_beside(const std::function<void()>& work, const Patience& patience) = 0;

  // Sends the put.raw_size bytes of `raw`, whose digest is put.digest. Returns only after the store
  // has acknowledged them as durable. From the second attempt on, put() asks the store before it
  // sends the body.
  virtual PutDone put(PutFile put, FileContent& raw, const Patience& patience) = 0;

  // get() chooses the request id itself. It does not check which archive answers: a caller that
  // knows the id of its archive must compare the ids.
  virtual GetDone get(GetFile get, const GetSink& sink, const Patience& patience) = 0;

  // Sends a small request. Returns the body of a successful answer; throws an Error otherwise.
  virtual std::string ask(const Command& command, const Patience& patience) = 0;

  // Sends several small requests before it reads the first answer (pipelining, RFC 9112 section
  // 9.3.2), so that all of them together cost one round trip. Returns one answer for each command,
  // in their order. Throws like ask() if the store could not be asked; no other errors.
  virtual std::vector<Answered> ask_each(std::span<const Command> commands,
                                         const Patience& patience) = 0;

  // Returns when this client's certificate expires. Returns nullopt if no call has presented a
  // certificate to the store.
  virtual std::optional<Time> certificate_until() const = 0;

 protected:
  StoreClient(StoreClient&&) noexcept = default;
  StoreClient& operator=(StoreClient&&) noexcept = default;
};

// Makes a StoreClient with its own connection, for one thread. May throw what Client's constructor
// throws.
using ConnectStore = std::function<std::unique_ptr<StoreClient>()>;

}  // namespace walstow
