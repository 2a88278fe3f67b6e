// Writes the result of a check for Prometheus, in the form that node_exporter's textfile collector
// reads. So monitoring also notices a server whose archive_command does not even start. Pure.
#pragma once

#include <string>

#include "proto/base/utc_time.h"
#include "store/admin/check/check_result.h"

namespace walstow {

std::string check_metrics(const std::string& cluster, const CheckResult& result, Time now);

}  // namespace walstow
