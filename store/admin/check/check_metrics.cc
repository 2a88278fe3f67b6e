#include "store/admin/check/check_metrics.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "store/metrics/metric_text.h"

namespace walstow {
namespace {

constexpr std::array kParts{
    CheckedPart::kStore,   CheckedPart::kCertificate, CheckedPart::kCluster, CheckedPart::kSettings,
    CheckedPart::kBacklog, CheckedPart::kDisk,        CheckedPart::kRestore};
constexpr std::array kSeverities{Severity::kCritical, Severity::kWarning, Severity::kUnknown};

struct MeasureFamily {
  std::string_view measure;
  std::string_view metric;
  std::string_view help;
};

constexpr std::array kMeasures{
    MeasureFamily{"store", "walstow_check_store_seconds",
                  "How long the store took to publish a probe and to read it back."},
    MeasureFamily{"certificate", "walstow_check_certificate_seconds",
                  "The time until this client's certificate expires."},
    MeasureFamily{"ready_files", "walstow_check_ready_files", "Files that wait to be archived."},
    MeasureFamily{"oldest_ready_file", "walstow_check_oldest_ready_file_seconds",
                  "How long the oldest of them has waited."},
    MeasureFamily{"pg_wal_growth", "walstow_check_pg_wal_growth_bytes",
                  "By how much pg_wal grows in an hour."},
    MeasureFamily{"pg_wal_free", "walstow_check_pg_wal_free_bytes",
                  "Free bytes of the file system of pg_wal."},
    MeasureFamily{"restore", "walstow_check_restore_seconds",
                  "How long restore_command took for a segment."},
};

double count_of(const CheckResult& result, CheckedPart part, Severity severity) {
  return static_cast<double>(
      std::ranges::count_if(result.findings, [&](const CheckFinding& finding) {
        return finding.part == part && finding.severity == severity;
      }));
}

}  // namespace

std::string check_metrics(const std::string& cluster, const CheckResult& result, Time now) {
  MetricText text;
  text.family("walstow_check_timestamp_seconds", MetricType::kGauge,
              "When \"walstow check\" ran on this host.");
  text.sample({{"cluster", cluster}}, seconds_since_1970(now));
  text.family("walstow_check_problems", MetricType::kGauge,
              "Problems that it found, by the part that it examined.");
  for (const CheckedPart part : kParts) {
    for (const Severity severity : kSeverities) {
      text.sample(
          {{"cluster", cluster}, {"part", to_string(part)}, {"severity", to_string(severity)}},
          count_of(result, part, severity));
    }
  }
  for (const MeasureFamily& family : kMeasures) {
    text.family(family.metric, MetricType::kGauge, family.help);
    for (const Measure& measure : result.measures) {
      if (measure.name == family.measure) text.sample({{"cluster", cluster}}, measure.value);
    }
  }
  return text.take();
}

}  // namespace walstow
