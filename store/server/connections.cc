#include "store/server/connections.h"

#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/link/descriptor_transport.h"
#include "proto/link/tls/certificate.h"
#include "store/server/turn_away.h"

namespace walstow {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Peers that have not authenticated yet. An address may have more than the servers of one host can
// need.
constexpr ConnectionBudget::Bounds kHandshakes{.all = 128, .of_one = 64};
// Authenticated peers that receive a refusal.
constexpr ConnectionBudget::Bounds kTurnedAway{.all = 32, .of_one = 32};
// Peers of the port for metrics: Prometheus has one connection for each of its servers.
constexpr ConnectionBudget::Bounds kMonitors{.all = 16, .of_one = 8};
constexpr SessionLimits kMonitorLimits{.idle = std::chrono::minutes(2),
                                       .progress = std::chrono::seconds(10),
                                       .whole = std::chrono::minutes(1)};
// In addition to as many as there are workers, one per client: so a client without an open put need
// not wait for others.
constexpr std::size_t kPutsBeside = 8;
// More than walstow-archive's connections (archive_connections) and its server's own calls
// together.
constexpr std::size_t kPutsOfOneClient = 24;

}  // namespace

DaemonService::DaemonService(const DaemonOptions& given)
    : options(given),
      tls(given.tls),
      certificate_until(facts_of(*read_certificates(given.tls.certificate).front()).not_after) {}

Connections::Connections(const Parts& parts, const DaemonOptions& options, OnFailure fail)
    : parts_(parts),
      metrics_listen_(options.metrics_listen),
      fail_(std::move(fail)),
      handshakes_(kHandshakes),
      turned_away_(kTurnedAway),
      monitors_(kMonitors),
      callers_(parts.handler, parts.workers),
      puts_(
          {.at_once = options.workers, .beside = kPutsBeside, .of_one_client = kPutsOfOneClient}) {}

DaemonState Connections::state() const {
  return {.handshaking = handshakes_.size(),
          .served = by_client_.all_taken(),
          .turned_away = turned_away_.size(),
          .certificate_until = {}};
}

std::size_t Connections::size() const {
  return handshakes_.size() + turned_away_.size() + by_client_.all_taken();
}

asio::awaitable<void> Connections::serve_socket(tcp::socket socket, Port port,
                                                std::shared_ptr<const DaemonService> service) {
  ConnectionBudget& budget = port == Port::kMetrics ? monitors_ : handshakes_;
  auto connection = std::make_unique<IncomingConnection>(socket, parts_.sessions, budget);
  return port == Port::kMetrics
             ? serve_metrics(std::move(socket), std::move(connection))
             : serve_client(std::move(socket), std::move(service), std::move(connection));
}

// The connection keeps its place in the budget, which may cut it, to its end.
asio::awaitable<void> Connections::serve_metrics(tcp::socket socket,
                                                 std::unique_ptr<IncomingConnection> connection) {
  try {
    const auto executor = socket.get_executor();
    const bool is_of_this_host = socket.local_endpoint().address().is_loopback();
    ByteStream stream(
        make_descriptor_transport(executor, Descriptor(socket.release()), Descriptor()));
    SessionContext context{.handler = parts_.handler,
                           .workers = parts_.workers,
                           .caller = {.kind = Caller::Kind::kMonitor, .name = "metrics"},
                           .peer = connection->peer(),
                           .limits = kMonitorLimits,
                           .group = &parts_.sessions,
                           .log = &log_,
                           .hosts = is_of_this_host ? &metrics_listen_ : nullptr};
    co_await serve(std::move(stream), std::move(context));
  } catch (const boost::system::system_error& error) {
    log_line(LogLevel::kDebug,
             fmt::format("no metrics for {}: {}", connection->peer(), error.what()));
  } catch (const std::exception&) {
    fail_(std::current_exception());
  }
}

asio::awaitable<void> Connections::serve_client(tcp::socket socket,
                                                std::shared_ptr<const DaemonService> service,
                                                std::unique_ptr<IncomingConnection> connection) {
  const std::string& peer = connection->peer();
  bool authenticated = false;
  const auto log_failure = [&](const std::exception& error) {
    if (!authenticated) parts_.handler.monitor().requests().record_failed_handshake();
    log_.line(fmt::format("address {}", connection->network()), LogLevel::kInfo,
              fmt::format("no connection with {}: {}", peer, error.what()));
  };
  try {
    socket.set_option(tcp::no_delay(true));
    const Deadline deadline = Deadline::after(service->options.handshake);
    TlsServer::Accepted accepted = co_await service->tls.accept(std::move(socket), deadline);
    log_line(LogLevel::kDebug,
             fmt::format("connection from client {} at {}{}", escaped(accepted.client.common_name),
                         peer, accepted.resumed ? ", resumed" : ""));
    const Caller caller{.kind = Caller::Kind::kCertificate,
                        .name = accepted.client.common_name,
                        .fingerprint = accepted.client.fingerprint,
                        .certificate_until = accepted.client.not_after};
    std::optional<ConnectionCounter::Slot> slot(std::in_place, by_client_, caller.fingerprint);
    connection->handshake_is_over();
    authenticated = true;
    std::optional<Refusal> refusal = refuse_as_too_many(service->options, *slot);
    if (!refusal) refusal = co_await callers_.refusal(caller);
    ByteStream stream(std::move(accepted.transport));
    if (refusal) {
      slot.reset();
      connection->turned_away(turned_away_, caller.fingerprint);
      parts_.handler.monitor().requests().record_refused_connection(refusal->code);
      log_refused(&log_, caller, peer, *refusal);
      co_await turn_away(std::move(stream), std::move(*refusal));
      co_return;
    }
    // A named variable: g++ 12.2 frees an aggregate twice that is created inside a co_await
    // expression.
    SessionContext context{.handler = parts_.handler,
                           .workers = parts_.workers,
                           .caller = caller,
                           .peer = peer,
                           .limits = service->options.limits,
                           .group = &parts_.sessions,
                           .puts = &puts_,
                           .log = &log_};
    connection->is_served();
    co_await serve(std::move(stream), std::move(context));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) {
      fail_(std::current_exception());
      co_return;
    }
    log_failure(error);
  } catch (const boost::system::system_error& error) {
    log_failure(error);
  } catch (const std::exception&) {
    fail_(std::current_exception());  // a defect, or no memory left: do not continue
  }
}

std::optional<Refusal> Connections::refuse_as_too_many(const DaemonOptions& options,
                                                       const ConnectionCounter::Slot& slot) const {
  if (slot.taken() > options.connections_of_one_client) {
    return make_refusal(Code::kUnavailable, "this client has too many connections open",
                        "The store's setting \"max_connections_per_client\" sets the maximum.");
  }
  if (by_client_.all_taken() > options.connections) {
    return make_refusal(Code::kUnavailable, "the store has too many connections open",
                        "Its setting \"max_connections\" sets the maximum.");
  }
  return std::nullopt;
}

}  // namespace walstow
