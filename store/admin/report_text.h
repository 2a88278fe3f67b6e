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
// Each with the facts that a decision needs.
std::string conflicts_text(const std::vector<ConflictReport>& conflicts);
// A withdrawn file, with the client and the reason; or a file that may be withdrawn.
std::string withdrawn_text(const WithdrawnReport& report);
std::string whoami_text(const WhoamiReport& report);
// Marks the certificates that have expired at `now`, or expire soon after it.
std::string registry_text(const std::vector<ClientReport>& clients, Time now);
std::string check_text(const CheckReport& report);

// "keep the newest 2 backups, all younger than 14 days, and the one before these", in lines.
std::string policy_text(const PolicyReport& report);

// "1 segment", "2 segments"; `width` of the number.
std::string counted(std::uint64_t count, std::string_view noun, int width = 0);

}  // namespace walstow
