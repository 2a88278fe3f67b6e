// Reports as text for people: aligned, within 80 columns, ending with a newline. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/wire/report.h"

namespace walstow {

std::string clusters_text(const std::vector<ClusterSummary>& clusters);
std::string cluster_text(const ClusterReport& report);
std::string files_text(const FilePage& page);
// Each with what there is to know before a decision.
std::string conflicts_text(const std::vector<ConflictReport>& conflicts);
std::string whoami_text(const WhoamiReport& report);
// Marks the certificates that have ended at `now`, or end soon after it.
std::string registry_text(const std::vector<ClientReport>& clients, Time now);
std::string check_text(const CheckReport& report);

// "16.0 MB": three or four digits and a unit, powers of 1024.
std::string size_text(std::uint64_t bytes);

}  // namespace walstow
