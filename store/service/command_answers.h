// The answer to each command. The handler has already checked that the caller has the right, and
// that the cluster exists. Blocking; the handler turns Errors into refusals.
#pragma once

#include <memory>
#include <string>

#include "proto/base/log_limiter.h"
#include "proto/wire/command.h"
#include "store/archive/archive.h"
#include "store/archive/rights.h"
#include "store/archive/standby_positions.h"
#include "store/files/recent_edges.h"
#include "store/files/reply.h"
#include "store/files/timeline_permits.h"
#include "store/files/timeline_watch.h"
#include "store/inventory/times_index.h"
#include "store/inventory/verify_runs.h"
#include "store/service/catalog.h"
#include "store/service/monitor.h"

namespace walstow {

// The inputs for an answer. The handler owns the referenced objects, which live for the call.
struct RequestContext {
  std::shared_ptr<Archive> archive;
  Catalog& catalog;
  RecentEdges& recent_edges;
  LogLimiter& log;
  TimelinePermits& permits;
  TimelineWatch& timelines;
  TimesIndex& times;
  VerifyRuns& verify_runs;
  Monitor& monitor;
  int compression_level = 1;
  const Caller& caller;
  const Grants& grants;
};

// Puts, gets and questions about files: answer_files.cc. The first two record the server's
// position.
HandlerResult answer(const RequestContext& asked, const PutFile& put);
Reply answer(const RequestContext& asked, const GetFile& get);
Reply answer(const RequestContext& asked, const ConfirmFile& confirm);

// Queries: answer_queries.cc.
Reply answer(const RequestContext& asked, const ListFiles& list);
Reply answer(const RequestContext& asked, const ListHoles& list);
Reply answer(const RequestContext& asked, const ListTimes& list);
Reply answer(const RequestContext& asked, const ClusterStatus& status);
Reply answer(const RequestContext& asked, const VerifyFiles& verify);
Reply answer(const RequestContext& asked, const CheckStore& check);
Reply answer(const RequestContext& asked, const Whoami&);
Reply answer(const RequestContext& asked, const ListClusters& list);
Reply answer(const RequestContext& asked, const ListClients& list);
Reply answer(const RequestContext& asked, const ListConflicts& list);
Reply answer(const RequestContext& asked, const ListWithdrawn& list);
Reply answer(const RequestContext& asked, const ShowNewTimelines& show);
Reply answer(const RequestContext& asked, const ListHolds& list);
Reply answer(const RequestContext& asked, const ListBackups& list);
Reply answer(const RequestContext& asked, const ListStandbys& list);
Reply answer(const RequestContext& asked, const ShowPolicy& show);
Reply answer(const RequestContext& asked, const PlanPrune& plan);

// Metrics and the status page: answer_metrics.cc.
Reply answer(const RequestContext& asked, const ShowMetrics&);
Reply answer(const RequestContext& asked, const ShowPage& show);

// Changes: answer_changes.cc.
Reply answer(const RequestContext& asked, const CreateCluster& create);
Reply answer(const RequestContext& asked, const OpenEra& open);
Reply answer(const RequestContext& asked, const AddClient& add);
Reply answer(const RequestContext& asked, const ChangeClient& change);
Reply answer(const RequestContext& asked, const RemoveClient& remove);
Reply answer(const RequestContext& asked, const ReportPosition& report);
Reply answer(const RequestContext& asked, const ForgetStandby& forget);
Reply answer(const RequestContext& asked, const AcceptContent& accept);
Reply answer(const RequestContext& asked, const SetAside& aside);
Reply answer(const RequestContext& asked, const WithdrawFile& withdraw);
Reply answer(const RequestContext& asked, const ReturnFile& back);
Reply answer(const RequestContext& asked, const PurgeFile& purge);
Reply answer(const RequestContext& asked, const SetNewTimelines& set);
Reply answer(const RequestContext& asked, const AddHold& add);
Reply answer(const RequestContext& asked, const RemoveHold& remove);
Reply answer(const RequestContext& asked, const AddBackup& add);
Reply answer(const RequestContext& asked, const RemoveBackup& remove);
Reply answer(const RequestContext& asked, const SetPolicy& set);
Reply answer(const RequestContext& asked, const RemovePolicy& remove);
Reply answer(const RequestContext& asked, const BeginPrune& begin);
Reply answer(const RequestContext& asked, const ContinuePrune& go_on);
Reply answer(const RequestContext& asked, const AbandonPrune& abandon);

}  // namespace walstow
