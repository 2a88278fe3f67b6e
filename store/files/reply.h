// What a command comes to: a reply at once, with or without a body, or an upload to feed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
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
  // 0 only after size() bytes. Throws Error when it cannot go on: the session then cuts the
  // connection, so that the receiver never takes the piece for the whole.
  virtual std::size_t read(MutableByteView out) = 0;
  // The same without a wait, and so on any thread; nullopt: that cannot be, use read().
  virtual std::optional<std::size_t> read_cached(MutableByteView /*out*/) { return std::nullopt; }
};

struct Reply {
  ReplyHead head;
  std::string body;  // when there is no download
  std::unique_ptr<Download> download;
  // For HEAD: Content-Length to announce without a body.
  std::optional<std::uint64_t> announced_size;
  std::optional<Refusal> refusal;  // what the body says, for the log
};

// A body that is taken while it arrives. Destroyed before finish(): nothing of it remains.
class Upload {
 public:
  Upload() = default;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  virtual ~Upload() = default;
  // Throws Error; the session answers with it.
  virtual void write(ByteView bytes) = 0;
  // Work on what was written before, which may run beside one write(). What is not done here,
  // finish() does.
  virtual void work_along() {}
  // Success only when durable and proven.
  virtual Reply finish() = 0;
};

// A reply at once (any body that follows is to be read past), or an upload to feed.
using HandlerResult = std::variant<Reply, std::unique_ptr<Upload>>;

Reply json_reply(int status, std::string body);
// The reply for a refusal, and for an Error that reached a session's end.
Reply to_reply(const Refusal& refusal);
Refusal to_refusal(const Error& error);

}  // namespace walstow
