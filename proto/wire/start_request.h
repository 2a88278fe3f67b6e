// The common beginning of all requests. Private to this folder.
#pragma once

#include <string>
#include <string_view>

#include "proto/http/http.h"

namespace walstow {

// Includes the protocol's version; `target` is percent-encoded.
RequestHead start_request(Method method, std::string target);
// For "/v1/clusters/CLUSTER/" and `rest`. `rest` is percent-encoded; `cluster` is not yet.
RequestHead start_in_cluster(Method method, std::string_view cluster, std::string_view rest);

}  // namespace walstow
