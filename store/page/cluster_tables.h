// The tables of one cluster on the status page: holes, standbys, backups, holds, older eras. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "store/metrics/cluster_metrics.h"
#include "store/page/html.h"

namespace walstow {

// The largest number of rows in the tables. A line below a table gives the number of rows that are
// left out.
inline constexpr std::size_t kMostRowsShown = 100;  // holes, standbys, holds
inline constexpr std::size_t kMostBackupsListed = 20;

// `state` must contain a report.
void write_tables(Html& html, const ClusterState& state, Time now);

// Write the heading of a part, and, if there are more rows than a table shows, a line below it such
// as "and 5 more holes".
void write_heading(Html& html, std::string_view title);
void write_more(Html& html, std::size_t left_out, std::string_view noun);

// Returns the time of the newest backup, or nullopt if the archive knows no backup.
std::optional<Time> newest_backup(const ClusterState& state);

}  // namespace walstow
