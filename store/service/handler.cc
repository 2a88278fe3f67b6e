#include "store/service/handler.h"

#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "store/backend/with_reserve.h"
#include "store/retention/archive_clock.h"
#include "store/retention/scheduled_prune.h"
#include "store/service/command_answers.h"

namespace walstow {
namespace {

// The cluster that must exist. "": the command concerns none.
struct ClusterOf {
  std::string operator()(const CreateCluster&) const { return {}; }
  std::string operator()(const ConfirmFile& confirm) const { return confirm.put.cluster; }
  template <class Other>
  std::string operator()(const Other& other) const {
    if constexpr (requires { other.cluster; }) {
      return other.cluster;
    } else {
      return {};
    }
  }
};

std::string cluster_of(const Command& command) {
  return std::visit(ClusterOf(), command);
}

}  // namespace

struct Handler::State {
  State(PresentArchive::Open open, int level)
      : archive(std::move(open)), compression_level(level) {}

  HandlerResult handle(const RequestHead& request, const Caller& caller);
  HandlerResult handle_monitor(const RequestHead& request);

  PresentArchive archive;
  const int compression_level;
  TimesIndex times;
  Catalog catalog{times};
  RecentEdges recent_edges;
  LogLimiter log;
  TimelinePermits permits;
  TimelineWatch timelines;
  VerifyRuns verify_runs;
  Monitor monitor;
  ScheduledPrune pruner;  // used by the one pruning thread
};

// Needs neither the registry nor, where the archive is away, the archive.
HandlerResult Handler::State::handle_monitor(const RequestHead& request) {
  const auto parsed = parse_request(request);
  if (!parsed) return to_reply(parsed.error());
  const auto open = [this] { return archive.get(); };
  if (std::holds_alternative<ShowMetrics>(parsed.value())) return monitor.metrics(open, catalog);
  if (const auto* show = std::get_if<ShowPage>(&parsed.value())) {
    return monitor.page(open, catalog, show->only);
  }
  return to_reply(make_refusal(Code::kNoRight,
                               "this address serves the store's metrics and its status page only",
                               "Other requests go to the address of the setting \"listen\"."));
}

HandlerResult Handler::State::handle(const RequestHead& request, const Caller& caller) {
  if (caller.kind == Caller::Kind::kMonitor) return handle_monitor(request);
  const std::shared_ptr<Archive> current = archive.get();
  const auto looked_up = grants_of(current->backend(), caller, std::chrono::system_clock::now());
  if (!looked_up) return to_reply(looked_up.error());
  const auto& grants = looked_up.value();
  const auto parsed = parse_request(request);
  if (!parsed) return to_reply(parsed.error());
  const Command& command = parsed.value();
  if (const auto refusal = refuse_without_right(command, caller, grants)) return to_reply(*refusal);

  const std::string cluster = cluster_of(command);
  if (!cluster.empty() && !current->has_cluster(cluster)) {
    return to_reply(make_refusal(
        Code::kUnknownCluster, fmt::format("there is no cluster \"{}\" in the archive", cluster),
        fmt::format("Check the setting \"cluster\", or create the cluster with {}.",
                    suggestion({"cluster", "create", cluster}))));
  }
  const RequestContext asked{.archive = current,
                             .catalog = catalog,
                             .recent_edges = recent_edges,
                             .log = log,
                             .permits = permits,
                             .timelines = timelines,
                             .times = times,
                             .verify_runs = verify_runs,
                             .monitor = monitor,
                             .compression_level = compression_level,
                             .caller = caller,
                             .grants = grants};
  const auto answered = [&] {
    return std::visit([&asked](const auto& one) -> HandlerResult { return answer(asked, one); },
                      command);
  };
  return is_for_administrators(command) ? with_reserve(current->backend(), answered) : answered();
}

Handler::Handler(PresentArchive::Open open_archive, int compression_level)
    : state_(std::make_unique<State>(std::move(open_archive), compression_level)) {}

Handler::~Handler() = default;

Monitor& Handler::monitor() {
  return state_->monitor;
}

std::optional<Refusal> Handler::refuse_caller(const Caller& caller) {
  try {
    const auto grants =
        grants_of(state_->archive.get()->backend(), caller, std::chrono::system_clock::now());
    if (grants) return std::nullopt;
    return grants.error();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    return std::nullopt;
  }
}

void Handler::warm_up(const std::stop_token& stop) {
  try {
    state_->catalog.warm_up(*state_->archive.get(), stop);
    if (stop.stop_requested()) return;
    state_->monitor.warm_up([this] { return state_->archive.get(); }, state_->catalog);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning,
             fmt::format("could not read the contents of the archive: {}", error.what()),
             error.hint());
  }
}

void Handler::prune_by_policy(const std::stop_token& stop) {
  try {
    state_->pruner.run(*state_->archive.get(), stop);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning, fmt::format("could not prune by policy: {}", error.what()),
             error.hint());
  }
}

void Handler::keep_clock(const std::stop_token& stop) {
  try {
    walstow::keep_clock(*state_->archive.get(), std::chrono::system_clock::now(), stop);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    if (stop.stop_requested()) return;
    log_line(LogLevel::kWarning, fmt::format("could not record the time: {}", error.what()),
             error.hint());
  }
}

void Handler::write_times() {
  if (state_->times.is_empty()) return;
  try {
    state_->times.write(*state_->archive.get());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    // The archive is not in its place, as each request reports.
    log_line(LogLevel::kDebug, fmt::format("could not write the index of time: {}", error.what()),
             error.hint());
  }
}

HandlerResult Handler::handle(const RequestHead& request, const Caller& caller) {
  try {
    return state_->handle(request, caller);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    return to_reply(to_refusal(error));
  }
}

}  // namespace walstow
