#include "store/server/request_kind.h"

#include "proto/http/target.h"

namespace walstow {

FinishedRequest describe(const RequestHead& head) {
  using Kind = FinishedRequest::Kind;
  const auto target = parse_target(head.target);
  FinishedRequest request;
  if (!target || target->path.size() < 3 || target->path[1] != "clusters") return request;
  request.cluster = target->path[2];
  const bool asks = head.method == Method::kPost;  // whether the archive has the file
  if (target->path.size() == 5 && target->path[3] == "wal" && !asks) {
    request.kind = head.method == Method::kPut ? Kind::kPut : Kind::kGet;
  }
  return request;
}

WorkerPool::Kind kind_of(FinishedRequest::Kind kind) {
  switch (kind) {
    case FinishedRequest::Kind::kPut:
      return WorkerPool::Kind::kPut;
    case FinishedRequest::Kind::kGet:
      return WorkerPool::Kind::kGet;
    case FinishedRequest::Kind::kOther:
      break;
  }
  return WorkerPool::Kind::kOther;
}

}  // namespace walstow
