// Reports as text for people: aligned, within 80 columns, ending with a newline. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wire/report.h"

namespace walstow {

inline constexpr std::size_t kTextColumns = 80;

std::string clusters_text(const std::vector<ClusterSummary>& clusters);
std::string file_text(const FileEntry& file);
std::string hole_text(const HoleReport& hole);
std::string problem_text(const VerifyProblem& problem);
std::string set_aside_text(const SetAsideReport& report);
// Shows each version with the facts that an administrator needs for a decision.
std::string conflicts_text(const std::vector<ConflictReport>& conflicts);
// Shows a withdrawn version, with its client and the reason, or a version that may be withdrawn.
std::string withdrawn_text(const WithdrawnReport& report);
std::string whoami_text(const WhoamiReport& report);
// Marks the certificates that have expired at `now`, or expire soon after it.
std::string registry_text(const std::vector<ClientReport>& clients, Time now);
std::string check_text(const CheckReport& report);

}  // namespace walstow
