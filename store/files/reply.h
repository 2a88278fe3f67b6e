// The result of a command: an immediate reply, with or without a body, or an upload to write to.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/http/http.h"
#include "proto/wire/refusal.h"

namespace walstow {

// A body that is produced while it is sent.
class Download {
 public:
  Download() = default;
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;
  virtual ~Download() = default;
  virtual std::uint64_t size() const = 0;
  // Reads the next bytes. Returns 0 only after size() bytes. Throws Error if it cannot continue.
  // The session then cuts the connection, so that the receiver never takes a part of the body for
  // the whole.
  virtual std::size_t read(MutableByteView out) = 0;
  // Like read(), but never waits, so any thread may call it. Returns nullopt if it would have to
  // wait. The caller then calls read().
  virtual std::optional<std::size_t> read_cached(MutableByteView /*out*/) { return std::nullopt; }
};

struct Reply {
  ReplyHead head;
  std::string body;  // used if there is no download
  std::unique_ptr<Download> download;
  // For HEAD: the Content-Length that the reply announces without a body.
  std::optional<std::uint64_t> announced_size;
  std::optional<Refusal> refusal;  // the refusal in the body, for the log
};

// A body that is processed while it arrives. If it is destroyed before finish(), it leaves nothing
// behind.
class Upload {
 public:
  Upload() = default;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  virtual ~Upload() = default;
  // Throws Error, which the session sends to the client as the answer.
  virtual void write(ByteView bytes) = 0;
  // Processes bytes that were written earlier. It may run at the same time as one write(). finish()
  // completes the rest of the work.
  virtual void work_along() {}
  // Returns success only if the file is durable and proven.
  virtual Reply finish() = 0;
};

// An immediate reply (the session skips any body that follows), or an upload to write to.
using HandlerResult = std::variant<Reply, std::unique_ptr<Upload>>;

Reply json_reply(int status, std::string body);
// Makes a reply for success, which no cache may keep.
Reply text_reply(std::string_view type, std::string body);
// Makes the reply for a refusal, or for an Error that ended a session.
Reply to_reply(const Refusal& refusal);
Refusal to_refusal(const Error& error);

}  // namespace walstow
