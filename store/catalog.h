// What a cluster has, gathered from the objects alone: for people and programs that look, never for
// a decision about a single file (those ask the backend). Blocking.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/archive.h"

namespace walstow {

ClusterReport report_cluster(const Archive& archive, std::string_view cluster);
std::vector<ClusterSummary> report_clusters(const Archive& archive);
FilePage list_files(const Archive& archive, const ListFiles& list);

}  // namespace walstow
