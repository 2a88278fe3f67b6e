// The common beginning of all requests. Private to this folder.
#pragma once

#include <string>
#include <string_view>

#include "proto/http/http.h"

namespace walstow {

// The returned head includes the protocol's version. `target` must be percent-encoded already.
RequestHead start_request(Method method, std::string target);
// Starts a request for "/v1/clusters/CLUSTER/" followed by `rest`. The caller has percent-encoded
// `rest`, but not `cluster`.
RequestHead start_in_cluster(Method method, std::string_view cluster, std::string_view rest);

}  // namespace walstow
