#include "store/admin/check/nagios_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

namespace walstow {
namespace {

std::string upper_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char letter) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  });
  return result;
}

// "|" begins the measures, and a new line a text that most servers do not show.
std::string plain(std::string text) {
  std::ranges::replace(text, '|', '/');
  std::ranges::replace_if(
      text, [](char letter) { return static_cast<unsigned char>(letter) < ' '; }, ' ');
  return text;
}

std::string measure_text(const Measure& measure) {
  std::string text = fmt::format("{}={:.6g}{}", measure.name, measure.value, measure.unit);
  if (measure.warning || measure.critical) {
    text += fmt::format(";{};{}", measure.warning ? fmt::format("{:.6g}", *measure.warning) : "",
                        measure.critical ? fmt::format("{:.6g}", *measure.critical) : "");
  }
  return text;
}

}  // namespace

std::string nagios_text(const std::string& cluster, const CheckResult& result) {
  const Severity worst = result.worst();
  std::vector<const CheckFinding*> shown;
  for (const CheckFinding& finding : result.findings) {
    if (worst == Severity::kOk || finding.severity != Severity::kOk) shown.push_back(&finding);
  }
  std::ranges::stable_sort(shown, std::greater(), &CheckFinding::severity);
  std::vector<std::string> texts, measures;
  for (const CheckFinding* finding : shown)
    texts.push_back(plain(finding->text));
  for (const Measure& measure : result.measures)
    measures.push_back(measure_text(measure));
  return fmt::format("WALSTOW {} - {}{}{}{}{}\n", upper_case(to_string(worst)), cluster,
                     cluster.empty() ? "" : ": ", fmt::join(texts, "; "),
                     measures.empty() ? "" : " | ", fmt::join(measures, " "));
}

int nagios_code(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return 0;
    case Severity::kWarning:
      return 1;
    case Severity::kCritical:
      return 2;
    case Severity::kUnknown:
      break;
  }
  return 3;
}

}  // namespace walstow
