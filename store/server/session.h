// One connection from its first request to its last: HTTP/1.1 on a byte stream, requests in turn.
//
// The I/O runs on the stream's executor, everything that touches the archive on `workers`: an fsync
// never keeps another connection waiting. While one chunk of a put is being compressed, the next
// one is read, and what came before is proven. Every wait has a deadline.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <string>

#include "proto/base/deadline.h"
#include "proto/base/log_limiter.h"
#include "proto/link/byte_stream.h"
#include "store/server/put_limiter.h"
#include "store/server/session_group.h"
#include "store/server/worker_pool.h"
#include "store/service/handler.h"

namespace walstow {

struct SessionLimits {
  Duration idle{std::chrono::minutes(2)};       // for the next request to begin and its head to end
  Duration progress{std::chrono::seconds(30)};  // for each further chunk of 256 KiB either way
  Duration whole{std::chrono::minutes(10)};     // one request with all of its data
};

struct SessionContext {
  Handler& handler;     // outlives the session
  WorkerPool& workers;  // outlives the session
  Caller caller;        // who is at the other end
  std::string peer;     // where that is, for the log
  SessionLimits limits;
  SessionGroup* group = nullptr;  // outlives the session; nullptr: it ends by itself only
  PutLimiter* puts = nullptr;     // outlives the session; nullptr: no bound
  LogLimiter* log = nullptr;      // outlives the session; nullptr: no bound
};

// The line about a request, or a connection, of `caller` that was refused; no more of them than
// `log` admits. `asked`: what was, of any length, or "".
void log_refused(LogLimiter* log, const Caller& caller, const std::string& peer,
                 const Refusal& refusal, std::string_view asked = {});

// Ends when the peer closes, breaks a rule or misses a deadline; that is no error of ours. Throws
// Error{kFatal} when the process must end; the peer has then been answered, if it could be.
boost::asio::awaitable<void> serve(ByteStream stream, SessionContext context);

}  // namespace walstow
