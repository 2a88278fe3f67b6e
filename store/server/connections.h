// The connections of a daemon: how many there may be, whom it turns away, what each one gets.
//
// Threads: any. Each connection runs on the executor of its socket.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "proto/base/log_limiter.h"
#include "proto/base/utc_time.h"
#include "proto/link/tls/tls_server.h"
#include "store/metrics/store_metrics.h"
#include "store/server/caller_check.h"
#include "store/server/connection_budget.h"
#include "store/server/connection_counter.h"
#include "store/server/daemon.h"
#include "store/server/incoming_connection.h"
#include "store/server/put_limiter.h"
#include "store/server/session_group.h"
#include "store/server/worker_pool.h"

namespace walstow {

// The options that a reload replaces as a whole. A connection keeps those that it began with.
struct DaemonService {
  // Throws Error{kUsage} if the files of TLS cannot be used.
  explicit DaemonService(const DaemonOptions& given);
  DaemonOptions options;
  TlsServer tls;
  Time certificate_until;  // of the store's own certificate
};

class Connections {
 public:
  enum class Port { kClients, kMetrics };
  // They must outlive this object.
  struct Parts {
    Handler& handler;
    WorkerPool& workers;
    SessionGroup& sessions;
  };
  // Called for an error after which the daemon must not continue. Any thread may call it.
  using OnFailure = std::function<void(std::exception_ptr)>;

  // Uses the options that a reload does not change.
  Connections(const Parts& parts, const DaemonOptions& options, OnFailure fail);
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Counts the connection at once: another one may be cut for it. The returned coroutine serves it
  // to its end, and throws nothing.
  boost::asio::awaitable<void> serve_socket(boost::asio::ip::tcp::socket socket, Port port,
                                            std::shared_ptr<const DaemonService> service);

  DaemonState state() const;  // without a certificate
  std::size_t size() const;   // those of clients, not those for metrics
  // Logs how many lines were left out. The daemon calls it twice a second.
  void report_left_out_lines() { log_.report_left_out(); }

 private:
  boost::asio::awaitable<void> serve_metrics(boost::asio::ip::tcp::socket socket,
                                             std::unique_ptr<IncomingConnection> connection);
  boost::asio::awaitable<void> serve_client(boost::asio::ip::tcp::socket socket,
                                            std::shared_ptr<const DaemonService> service,
                                            std::unique_ptr<IncomingConnection> connection);
  std::optional<Refusal> refuse_as_too_many(const DaemonOptions& options,
                                            const ConnectionCounter::Slot& slot) const;

  const Parts parts_;
  const std::vector<HostPort> metrics_listen_;
  const OnFailure fail_;
  ConnectionBudget handshakes_;   // by network_of() the peer
  ConnectionBudget turned_away_;  // by the fingerprint of the client's key
  ConnectionCounter by_client_;   // likewise; the served connections
  ConnectionBudget monitors_;     // by network_of() the peer
  LogLimiter log_;
  CallerCheck callers_;
  PutLimiter puts_;
};

}  // namespace walstow
