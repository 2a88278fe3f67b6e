// What a cluster has, gathered from the objects alone: for people and programs that look, never for
// a decision about a single file (those ask the backend). Blocking.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/archive.h"

namespace walstow {

// How many ranges of a timeline a report names, the newest ones, so that it stays a body of JSON
// that clients read (kLargestJson) whatever holes the archive has: they take 9 kB a timeline.
inline constexpr std::size_t kMostRanges = 100;

ClusterReport report_cluster(const Archive& archive, std::string_view cluster);
std::vector<ClusterSummary> report_clusters(const Archive& archive);
FilePage list_files(const Archive& archive, const ListFiles& list);

}  // namespace walstow
