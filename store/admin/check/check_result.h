// The findings of a check, and its measurements.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walstow {

// From best to worst. The severity of a check is that of its worst finding. kUnknown means that
// something could not be examined.
enum class Severity { kOk, kUnknown, kWarning, kCritical };

// The part that was examined. The label `part` of a metric contains its name.
enum class CheckedPart { kStore, kCertificate, kCluster, kSettings, kBacklog, kDisk, kRestore };

struct CheckFinding {
  Severity severity = Severity::kOk;
  CheckedPart part = CheckedPart::kStore;
  std::string text;  // like an Error's message: lower case, no full stop
  std::string hint;  // a sentence, or empty
};

struct Measure {
  std::string_view name;
  double value = 0;
  std::string_view unit;                              // "s", "B" or "" for a number
  std::optional<double> warning = {}, critical = {};  // from these values upward
};

struct CheckResult {
  std::vector<CheckFinding> findings;
  std::vector<Measure> measures;

  void add(Severity severity, CheckedPart part, std::string text, std::string hint = {}) {
    findings.push_back({severity, part, std::move(text), std::move(hint)});
  }
  Severity worst() const;
};

std::string_view to_string(Severity severity);  // "ok", "unknown", "warning", "critical"
std::string_view to_string(CheckedPart part);   // "store", "restore"

}  // namespace walstow
