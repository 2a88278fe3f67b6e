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
  // Returns 0 only after size() bytes. Throws Error when it cannot continue: the session then cuts
  // the connection, so that the receiver never takes a part for the whole.
  virtual std::size_t read(MutableByteView out) = 0;
  // As read(), but never waits, and so may run on any thread. nullopt: impossible here; use read().
  virtual std::optional<std::size_t> read_cached(MutableByteView /*out*/) { return std::nullopt; }
};

struct Reply {
  ReplyHead head;
  std::string body;  // if there is no download
  std::unique_ptr<Download> download;
  // For HEAD: Content-Length to announce without a body.
  std::optional<std::uint64_t> announced_size;
  std::optional<Refusal> refusal;  // the content of the body, for the log
};

// A body that is processed while it arrives. Destroyed before finish(), it leaves nothing.
class Upload {
 public:
  Upload() = default;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  virtual ~Upload() = default;
  // Throws Error; the session sends it as the answer.
  virtual void write(ByteView bytes) = 0;
  // Works on bytes that were written before. May run at the same time as one write(). finish()
  // completes the remaining work.
  virtual void work_along() {}
  // Returns success only when the file is durable and proven.
  virtual Reply finish() = 0;
};

// An immediate reply (the session skips any body that follows), or an upload to write to.
using HandlerResult = std::variant<Reply, std::unique_ptr<Upload>>;

Reply json_reply(int status, std::string body);
// A success that no cache may keep.
Reply text_reply(std::string_view type, std::string body);
// The reply to a refusal, and to an Error that ended a session.
Reply to_reply(const Refusal& refusal);
Refusal to_refusal(const Error& error);

}  // namespace walstow
