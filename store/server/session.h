// One connection from its first request to its last: HTTP/1.1 on a byte stream, one request after
// the other.
//
// The I/O runs on the stream's executor, and everything that touches the archive on `workers`: an
// fsync never blocks another connection. While one chunk of a put is being compressed, the session
// reads the next one and proves the previous ones. Every wait has a deadline.
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
  Caller caller;        // the authenticated peer
  std::string peer;     // the peer's address, for the log
  SessionLimits limits;
  SessionGroup* group = nullptr;  // outlives the session; nullptr: it ends on its own only
  PutLimiter* puts = nullptr;     // outlives the session; nullptr: no bound
  LogLimiter* log = nullptr;      // outlives the session; nullptr: no bound
};

// Logs a refused request, or a refused connection, of `caller`, within the limits of `log`.
// `asked`: the request, of any length, or "".
void log_refused(LogLimiter* log, const Caller& caller, const std::string& peer,
                 const Refusal& refusal, std::string_view asked = {});

// Ends when the peer closes, breaks a rule or misses a deadline; these are no errors of ours.
// Throws Error{kFatal} when the process must end, after an attempt to answer the peer.
boost::asio::awaitable<void> serve(ByteStream stream, SessionContext context);

}  // namespace walstow
