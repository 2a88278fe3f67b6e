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
#include "proto/program/exit_code.h"
#include "store/server/background_jobs.h"
#include "store/server/connections.h"
#include "store/server/listener.h"
#include "store/server/session_group.h"

namespace walstow {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr Duration kBackOff{200};     // after an accept that failed for lack of descriptors
constexpr Duration kLastWait{5000};   // for cut connections to end, and for the index of time
constexpr Duration kTimesPolled{20};  // how often the end of its write is looked for
constexpr Duration kLogTending{500};  // between two reports of suppressed log lines

class Daemon {
 public:
  Daemon(const DaemonOptions& options, const std::function<DaemonOptions()>& reload,
         const ServiceManager& manager)
      : reload_(reload),
        manager_(manager),
        handler_([archive = options.archive] { return open_archive(archive); },
                 options.compression_level),
        workers_(options.workers),
        connections_({.handler = handler_, .workers = workers_, .sessions = sessions_}, options,
                     [this](std::exception_ptr failure) { fail(std::move(failure)); }),
        control_(asio::make_strand(io_)),
        sessions_(control_),
        signals_(control_, SIGTERM, SIGINT, SIGHUP) {
    use(std::make_shared<DaemonService>(options));
  }

  void run();

 private:
  using Port = Connections::Port;
  void listen(const std::vector<HostPort>& addresses, Port port);
  asio::awaitable<void> accept_from(tcp::acceptor& acceptor, Port port);
  asio::awaitable<void> handle_signals();
  asio::awaitable<void> feed_watchdog();
  asio::awaitable<void> tend_log();
  asio::awaitable<void> stop();
  asio::awaitable<void> write_times();
  void spawn(const asio::any_io_executor& executor, asio::awaitable<void> loop);
  void use(std::shared_ptr<const DaemonService> service);
  DaemonState state() const;
  void reload();
  void fail(std::exception_ptr failure);

  // Once threads run, used on control_ only.
  std::shared_ptr<const DaemonService> service_;
  const std::function<DaemonOptions()>& reload_;
  const ServiceManager& manager_;
  std::exception_ptr failure_;
  bool stopping_ = false;

  std::atomic<Time::rep> certificate_until_ = 0;  // of service_; any thread reads it

  Handler handler_;
  WorkerPool workers_;
  Connections connections_;
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
  listen(service_->options.metrics_listen, Port::kMetrics);
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
    auto executor = socket.get_executor();
    spawn(executor, connections_.serve_socket(std::move(socket), port, service_));
  }
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
  DaemonState state = connections_.state();
  state.certificate_until = Time(Time::duration(certificate_until_));
  return state;
}

void Daemon::use(std::shared_ptr<const DaemonService> service) {
  service_ = std::move(service);
  certificate_until_ = service_->certificate_until.time_since_epoch().count();
}

void Daemon::reload() {
  manager_.reloading();
  try {
    use(std::make_shared<DaemonService>(reload_()));
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
    connections_.report_left_out_lines();
    timer.expires_after(kLogTending);
    error_code error;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<void> Daemon::stop() {
  stopping_ = true;
  jobs_->request_stop();
  manager_.stopping();
  log_line(LogLevel::kInfo, fmt::format("stopping; open connections: {}", connections_.size()));
  error_code ignored;
  for (tcp::acceptor& acceptor : acceptors_)
    acceptor.close(ignored);
  sessions_.ask_to_end(SessionGroup::Haste::kFinishRequest);
  co_await sessions_.wait_until_empty(Deadline::after(service_->options.stop));
  if (sessions_.size() > 0) {
    log_line(LogLevel::kWarning, fmt::format("cut {} connections whose requests did not end",
                                             connections_.state().served));
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
