// Describes what is wrong with a cluster, in plain words and with the next step. `walstow status`
// and the status page show the same texts. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/wire/report.h"

namespace walstow {

struct Warning {
  std::string mark;  // "LOG BREAKS OFF"; "" for a remark about the warnings before it
  std::string text;  // follows the mark directly, so it begins with a space or a punctuation mark
};

// Returns all warnings about an era, except those about its retention and its withdrawn files.
std::vector<Warning> era_warnings(const EraReport& era, const std::string& cluster);
// Returns nullopt if the withdrawal, or the return of the file, is complete.
std::optional<Warning> withdrawal_warning(const WithdrawnReport& file, const std::string& cluster);
// Returns nullopt if the store's clock is trusted.
std::optional<Warning> clock_warning(const RetentionReport& retention);
// Returns, for example, "10.0 MB of 12.0 MB stored, 83 %". Call it only if there is a quota.
std::string quota_text(const ClusterReport& report);
// Returns nullopt if less than `percent` of the quota is used, or if there is no quota.
std::optional<Warning> quota_warning(const ClusterReport& report, std::uint64_t percent);
// Returns nullopt if only one data directory reports under this id. Otherwise, the hint explains
// how to separate the directories.
std::optional<Warning> shared_warning(const PositionReport& position);
std::string shared_hint(const PositionReport& position, const std::string& cluster);
Warning damaged_warning(const std::string& record);

}  // namespace walstow
