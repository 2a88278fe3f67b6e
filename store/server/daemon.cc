#include "store/server/daemon.h"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstdlib>
#include <fmt/format.h>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "proto/base/log.h"
#include "proto/base/log_limiter.h"
#include "proto/link/descriptor_transport.h"
#include "proto/link/tls/certificate.h"
#include "proto/link/tls/tls_server.h"
#include "proto/program/exit_code.h"
#include "store/server/background_jobs.h"
#include "store/server/caller_check.h"
#include "store/server/connection_budget.h"
#include "store/server/connection_counter.h"
#include "store/server/incoming_connection.h"
#include "store/server/listener.h"
#include "store/server/session_group.h"
#include "store/server/turn_away.h"

namespace walstow {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr Duration kBackOff{200};     // after an accept that failed for lack of descriptors
constexpr Duration kLastWait{5000};   // for cut connections to end, and for the index of time
constexpr Duration kTimesPolled{20};  // how often the end of its write is looked for
constexpr Duration kLogTending{500};  // between two reports of suppressed log lines
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

// The options that a reload replaces as a whole; a connection keeps those that it began with.
struct Service {
  explicit Service(const DaemonOptions& given)
      : options(given),
        tls(given.tls),
        certificate_until(facts_of(*read_certificates(given.tls.certificate).front()).not_after) {}
  DaemonOptions options;
  TlsServer tls;
  Time certificate_until;
};

class Daemon {
 public:
  Daemon(const DaemonOptions& options, const std::function<DaemonOptions()>& reload,
         const ServiceManager& manager)
      : metrics_listen_(options.metrics_listen),
        reload_(reload),
        manager_(manager),
        handler_([archive = options.archive] { return open_archive(archive); },
                 options.compression_level),
        workers_(options.workers),
        puts_(
            {.at_once = options.workers, .beside = kPutsBeside, .of_one_client = kPutsOfOneClient}),
        control_(asio::make_strand(io_)),
        sessions_(control_),
        signals_(control_, SIGTERM, SIGINT, SIGHUP) {
    use(std::make_shared<Service>(options));
  }

  void run();

 private:
  enum class Port { kClients, kMetrics };
  void listen(const std::vector<HostPort>& addresses, Port port);
  asio::awaitable<void> accept_from(tcp::acceptor& acceptor, Port port);
  void begin_to_serve(tcp::socket socket, Port port);
  asio::awaitable<void> serve_metrics(tcp::socket socket,
                                      std::unique_ptr<IncomingConnection> connection);
  asio::awaitable<void> serve_connection(tcp::socket socket, std::shared_ptr<const Service> service,
                                         std::unique_ptr<IncomingConnection> connection);
  asio::awaitable<void> handle_signals();
  std::optional<Refusal> refuse_as_too_many(const DaemonOptions& options,
                                            const ConnectionCounter::Slot& slot) const;
  asio::awaitable<void> feed_watchdog();
  asio::awaitable<void> tend_log();
  asio::awaitable<void> stop();
  asio::awaitable<void> write_times();
  void spawn(const asio::any_io_executor& executor, asio::awaitable<void> loop);
  void use(std::shared_ptr<const Service> service);
  DaemonState state() const;
  void reload();
  void fail(std::exception_ptr failure);

  // Once threads run, used on control_ only.
  std::shared_ptr<const Service> service_;
  const std::vector<HostPort> metrics_listen_;  // a reload does not change it
  const std::function<DaemonOptions()>& reload_;
  const ServiceManager& manager_;
  std::exception_ptr failure_;
  bool stopping_ = false;

  std::atomic<Time::rep> certificate_until_ = 0;  // of service_; any thread reads it

  Handler handler_;
  ConnectionBudget handshakes_{kHandshakes};   // by network_of() the peer
  ConnectionBudget turned_away_{kTurnedAway};  // by the fingerprint of the client's key
  ConnectionCounter by_client_;                // likewise; the served connections
  ConnectionBudget monitors_{kMonitors};       // by network_of() the peer
  LogLimiter log_;
  WorkerPool workers_;
  CallerCheck callers_{handler_, workers_};
  PutLimiter puts_;
  asio::io_context io_;
  asio::strand<asio::io_context::executor_type> control_;
  SessionGroup sessions_;
  asio::signal_set signals_;
  std::list<tcp::acceptor> acceptors_;
  std::optional<BackgroundJobs> jobs_;
};

void Daemon::run() {
  const unsigned threads = service_->options.io_threads;
  handler_.monitor().observe([this] { return state(); });
  listen(service_->options.listen, Port::kClients);
  listen(metrics_listen_, Port::kMetrics);
  spawn(control_, handle_signals());
  spawn(control_, feed_watchdog());
  spawn(control_, tend_log());
  manager_.ready();

  jobs_.emplace(handler_, service_->options.prune_interval,
                [this](std::exception_ptr failure) { fail(std::move(failure)); });
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i)
    others.emplace_back([this] { io_.run(); });
  io_.run();
  for (std::thread& thread : others)
    thread.join();
  workers_.join();
  if (failure_) std::rethrow_exception(failure_);
}

void Daemon::listen(const std::vector<HostPort>& addresses, Port port) {
  for (const HostPort& address : addresses) {
    for (tcp::acceptor& opened : listen_on(control_, address)) {
      tcp::acceptor& acceptor = acceptors_.emplace_back(std::move(opened));
      log_line(LogLevel::kInfo,
               fmt::format("listening on {}{}", local_text(acceptor),
                           port == Port::kMetrics ? " for metrics, without encryption" : ""));
      spawn(control_, accept_from(acceptor, port));
    }
  }
}

// A loop that ends with an exception ends the daemon: a daemon that feeds its watchdog but accepts
// no connection would be worse.
void Daemon::spawn(const asio::any_io_executor& executor, asio::awaitable<void> loop) {
  asio::co_spawn(executor, std::move(loop), [this](std::exception_ptr failure) {
    if (failure) fail(std::move(failure));
  });
}

asio::awaitable<void> Daemon::accept_from(tcp::acceptor& acceptor, Port port) {
  while (!stopping_) {
    error_code error;
    // Each socket has its own strand: its session runs on one thread at a time, and on any.
    tcp::socket socket(asio::make_strand(io_));
    co_await acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (stopping_) co_return;
    if (error) {
      // Lack of descriptors, or a peer that has left already: neither ends a daemon.
      log_line(LogLevel::kWarning,
               fmt::format("could not accept a connection: {}", error.message()));
      asio::steady_timer pause(control_, kBackOff);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    begin_to_serve(std::move(socket), port);
  }
}

void Daemon::begin_to_serve(tcp::socket socket, Port port) {
  ConnectionBudget& budget = port == Port::kMetrics ? monitors_ : handshakes_;
  auto connection = std::make_unique<IncomingConnection>(socket, sessions_, budget);
  auto executor = socket.get_executor();
  spawn(executor, port == Port::kMetrics
                      ? serve_metrics(std::move(socket), std::move(connection))
                      : serve_connection(std::move(socket), service_, std::move(connection)));
}

// The connection keeps its place in the budget, which may cut it, to its end.
asio::awaitable<void> Daemon::serve_metrics(tcp::socket socket,
                                            std::unique_ptr<IncomingConnection> connection) {
  try {
    const auto executor = socket.get_executor();
    const bool is_of_this_host = socket.local_endpoint().address().is_loopback();
    ByteStream stream(
        make_descriptor_transport(executor, Descriptor(socket.release()), Descriptor()));
    SessionContext context{.handler = handler_,
                           .workers = workers_,
                           .caller = {.kind = Caller::Kind::kMonitor, .name = "metrics"},
                           .peer = connection->peer(),
                           .limits = kMonitorLimits,
                           .group = &sessions_,
                           .log = &log_,
                           .hosts = is_of_this_host ? &metrics_listen_ : nullptr};
    co_await serve(std::move(stream), std::move(context));
  } catch (const boost::system::system_error& error) {
    log_line(LogLevel::kDebug,
             fmt::format("no metrics for {}: {}", connection->peer(), error.what()));
  } catch (const std::exception&) {
    fail(std::current_exception());
  }
}

asio::awaitable<void> Daemon::serve_connection(tcp::socket socket,
                                               std::shared_ptr<const Service> service,
                                               std::unique_ptr<IncomingConnection> connection) {
  const std::string& peer = connection->peer();
  bool authenticated = false;
  const auto log_failure = [&](const std::exception& error) {
    if (!authenticated) handler_.monitor().requests().record_failed_handshake();
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
      handler_.monitor().requests().record_refused_connection(refusal->code);
      log_refused(&log_, caller, peer, *refusal);
      co_await turn_away(std::move(stream), std::move(*refusal));
      co_return;
    }
    // A named variable: g++ 12.2 frees an aggregate twice that is created inside a co_await
    // expression.
    SessionContext context{.handler = handler_,
                           .workers = workers_,
                           .caller = caller,
                           .peer = peer,
                           .limits = service->options.limits,
                           .group = &sessions_,
                           .puts = &puts_,
                           .log = &log_};
    connection->is_served();
    co_await serve(std::move(stream), std::move(context));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) {
      fail(std::current_exception());
      co_return;
    }
    log_failure(error);
  } catch (const boost::system::system_error& error) {
    log_failure(error);
  } catch (const std::exception&) {
    fail(std::current_exception());  // a defect, or no memory left: do not continue
  }
}

std::optional<Refusal> Daemon::refuse_as_too_many(const DaemonOptions& options,
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

// The process ends, and its service manager starts another one: after a failed sync, the archive
// may have lost data that the next request relies on.
void Daemon::fail(std::exception_ptr failure) {
  asio::post(control_, [this, failure] {
    if (!failure_) failure_ = failure;
    if (!stopping_) spawn(control_, stop());
  });
}

asio::awaitable<void> Daemon::handle_signals() {
  while (!stopping_) {
    error_code error;
    const int signal =
        co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error || stopping_) co_return;
    if (signal == SIGHUP) {
      reload();
    } else {
      spawn(control_, stop());
      co_return;
    }
  }
}

DaemonState Daemon::state() const {
  return {.handshaking = handshakes_.size(),
          .served = by_client_.all_taken(),
          .turned_away = turned_away_.size(),
          .certificate_until = Time(Time::duration(certificate_until_))};
}

void Daemon::use(std::shared_ptr<const Service> service) {
  service_ = std::move(service);
  certificate_until_ = service_->certificate_until.time_since_epoch().count();
}

void Daemon::reload() {
  manager_.reloading();
  try {
    use(std::make_shared<Service>(reload_()));
    log_line(LogLevel::kInfo,
             "reloaded the settings: new connections use the new settings and certificate");
  } catch (const Error& error) {
    log_line(LogLevel::kError,
             fmt::format("could not reload the settings, so nothing has changed: {}", error.what()),
             error.hint());
  }
  manager_.ready();
}

asio::awaitable<void> Daemon::feed_watchdog() {
  if (!manager_.alive_interval()) co_return;
  asio::steady_timer timer(control_);
  while (!stopping_) {
    manager_.alive();
    timer.expires_after(*manager_.alive_interval());
    error_code error;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<void> Daemon::tend_log() {
  asio::steady_timer timer(control_);
  while (!stopping_) {
    log_.report_left_out();
    timer.expires_after(kLogTending);
    error_code error;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<void> Daemon::stop() {
  stopping_ = true;
  jobs_->request_stop();
  manager_.stopping();
  log_line(LogLevel::kInfo,
           fmt::format("stopping; open connections: {}",
                       handshakes_.size() + turned_away_.size() + by_client_.all_taken()));
  error_code ignored;
  for (tcp::acceptor& acceptor : acceptors_)
    acceptor.close(ignored);
  sessions_.ask_to_end(SessionGroup::Haste::kFinishRequest);
  co_await sessions_.wait_until_empty(Deadline::after(service_->options.stop));
  if (sessions_.size() > 0) {
    log_line(LogLevel::kWarning,
             fmt::format("cut {} connections whose requests did not end", by_client_.all_taken()));
    sessions_.ask_to_end(SessionGroup::Haste::kAtOnce);
    co_await sessions_.wait_until_empty(Deadline::after(kLastWait));
  }
  if (sessions_.size() > 0) {
    // A worker hangs in the file system. None of its requests has been acknowledged.
    log_line(LogLevel::kError,
             "gave up on requests for which the archive's file system does not answer");
    std::_Exit(exit_code::kFailed);
  }
  if (!failure_) co_await write_times();
  io_.stop();
}

// A stop must end even if the archive's file system does not answer. The entries that are not
// written are read again from their objects.
asio::awaitable<void> Daemon::write_times() {
  const auto is_over = std::make_shared<std::atomic<bool>>(false);
  workers_.post(WorkerPool::Kind::kOther, [this, is_over] {
    try {
      handler_.write_times();
    } catch (const std::exception&) {
      fail(std::current_exception());
    }
    *is_over = true;
  });
  const Deadline deadline = Deadline::after(kLastWait);
  asio::steady_timer timer(control_);
  while (!*is_over && !deadline.passed()) {
    timer.expires_after(kTimesPolled);
    error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  if (*is_over) co_return;
  log_line(LogLevel::kWarning,
           "could not write the index of time before the exit: the archive's file system does not "
           "answer");
  std::_Exit(exit_code::kDone);
}

}  // namespace

void run_daemon(const DaemonOptions& options, const std::function<DaemonOptions()>& reload,
                const ServiceManager& manager) {
  Daemon(options, reload, manager).run();
  log_line(LogLevel::kInfo, "stopped");
}

}  // namespace walstow
