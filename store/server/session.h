// One connection from its first request to its last: HTTP/1.1 on a byte stream, one request after
// the other.
//
// The I/O runs on the stream's executor, and everything that touches the archive on `workers`: an
// fsync never blocks another connection. While one chunk of a put is being compressed, the session
// reads the next one and proves the previous ones. Every wait has a deadline.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/base/log_limiter.h"
#include "proto/link/byte_stream.h"
#include "proto/link/store_address.h"
#include "store/server/put_limiter.h"
#include "store/server/session_group.h"
#include "store/server/worker_pool.h"
#include "store/service/handler.h"

namespace walstow {

struct SessionLimits {
  // The time until the next request has begun, and its head has arrived.
  Duration idle{std::chrono::minutes(2)};
  // The time for each further chunk of 256 KiB in either direction.
  Duration progress{std::chrono::seconds(30)};
  Duration whole{std::chrono::minutes(10)};  // for one request with all its data
};

struct SessionContext {
  Handler& handler;     // must outlive the session
  WorkerPool& workers;  // must outlive the session
  Caller caller;        // the authenticated peer
  std::string peer;     // the peer's address, for the log
  SessionLimits limits;
  // Must outlive the session. nullptr: nothing else can ask the session to end.
  SessionGroup* group = nullptr;
  PutLimiter* puts = nullptr;  // must outlive the session; nullptr: puts are not limited
  LogLimiter* log = nullptr;   // must outlive the session; nullptr: lines are not limited
  // The addresses by which a request may name this host (host_field.h). Must outlive the session.
  // nullptr: the session accepts every name.
  const std::vector<HostPort>* hosts = nullptr;
};

// Logs a refused request, or a refused connection, of `caller`, within the limits of `log`. `asked`
// is the text of the request, of any length, or "".
void log_refused(LogLimiter* log, const Caller& caller, const std::string& peer,
                 const Refusal& refusal, std::string_view asked = {});

// Ends when the peer closes the connection, breaks a rule or misses a deadline. None of these is an
// error of the store. Throws Error{kFatal} if the process must end, after an attempt to answer the
// peer.
boost::asio::awaitable<void> serve(ByteStream stream, SessionContext context);

}  // namespace walstow
