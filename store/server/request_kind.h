// Determines what the target of a request reveals about the request before the handler has parsed
// it.
#pragma once

#include "proto/http/http.h"
#include "store/metrics/request_metrics.h"
#include "store/server/worker_pool.h"

namespace walstow {

// Returns kind and cluster, from a target of the form "/v1/clusters/CLUSTER/wal/FILE". Neither of
// them has been validated.
FinishedRequest describe(const RequestHead& head);

WorkerPool::Kind kind_of(FinishedRequest::Kind kind);

}  // namespace walstow
