#include "proto/wire/start_request.h"

#include <fmt/format.h>
#include <utility>

#include "proto/wire/command.h"

namespace walstow {

RequestHead start_request(Method method, std::string target) {
  RequestHead request{.method = method, .target = std::move(target), .fields = {}};
  request.fields.set(field::kVersion, std::string(kProtocolVersion));
  return request;
}

RequestHead start_in_cluster(Method method, std::string_view cluster, std::string_view rest) {
  return start_request(method, fmt::format("/v1/clusters/{}/{}", percent_encoded(cluster), rest));
}

}  // namespace walstow
