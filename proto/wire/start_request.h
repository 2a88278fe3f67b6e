// How every request begins. Private to this folder.
#pragma once

#include <string>
#include <string_view>

#include "proto/http/http.h"

namespace walstow {

// With the version of the protocol; `target` is percent-encoded.
RequestHead start_request(Method method, std::string target);
// To "/v1/clusters/CLUSTER/" and `rest`, which is percent-encoded; `cluster` is not yet.
RequestHead start_in_cluster(Method method, std::string_view cluster, std::string_view rest);

}  // namespace walstow
