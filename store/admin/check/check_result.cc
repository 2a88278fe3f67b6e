#include "store/admin/check/check_result.h"

#include <algorithm>

namespace walstow {

Severity CheckResult::worst() const {
  const auto worst = std::ranges::max_element(findings, {}, &CheckFinding::severity);
  return worst == findings.end() ? Severity::kOk : worst->severity;
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return "ok";
    case Severity::kUnknown:
      return "unknown";
    case Severity::kWarning:
      return "warning";
    case Severity::kCritical:
      break;
  }
  return "critical";
}

std::string_view to_string(CheckedPart part) {
  switch (part) {
    case CheckedPart::kStore:
      return "store";
    case CheckedPart::kCertificate:
      return "certificate";
    case CheckedPart::kCluster:
      return "cluster";
    case CheckedPart::kSettings:
      return "settings";
    case CheckedPart::kBacklog:
      return "backlog";
    case CheckedPart::kDisk:
      return "disk";
    case CheckedPart::kRestore:
      break;
  }
  return "restore";
}

}  // namespace walstow
