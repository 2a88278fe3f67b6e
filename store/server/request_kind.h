// What the target of a request reveals about it before the handler has parsed it.
#pragma once

#include "proto/http/http.h"
#include "store/metrics/request_metrics.h"
#include "store/server/worker_pool.h"

namespace walstow {

// The kind and the cluster, by the form "/v1/clusters/CLUSTER/wal/FILE". Neither was validated.
FinishedRequest describe(const RequestHead& head);

WorkerPool::Kind kind_of(FinishedRequest::Kind kind);

}  // namespace walstow
