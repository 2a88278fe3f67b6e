#include "store/admin/check/backlog_findings.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

#include "proto/base/size_text.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

using std::chrono::seconds;

// A server that archives has a few files waiting at any moment, which predict nothing.
constexpr std::size_t kLeastForForecast = 5;
constexpr seconds kLeastAgeForForecast{600};
constexpr seconds kForecastWindow{3600};
// Two clocks of one host agree, except for the resolution of the file system's.
constexpr seconds kClockTolerance{60};
// A forecast within these is a finding.
constexpr double kCriticalHours = 6;
constexpr double kWarningHours = 48;
// The share of the file system that is free.
constexpr double kCriticalShare = 0.05;
constexpr double kWarningShare = 0.10;

constexpr const char* kHint =
    "The server's log contains the message of each archive_command that failed. The server keeps "
    "the files until they are archived, so pg_wal grows.";

double in_seconds(Time::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

Severity severity_of_age(double age, const WaitLimits& limits) {
  if (age >= in_seconds(limits.critical)) return Severity::kCritical;
  return age >= in_seconds(limits.warning) ? Severity::kWarning : Severity::kOk;
}

std::string waiting_text(const ArchiveBacklog& backlog, Time now) {
  if (!backlog.oldest) return "no files wait to be archived";
  return fmt::format(
      "{} to be archived, the oldest for {}",
      backlog.files == 1 ? "1 file waits" : fmt::format("{} files wait", backlog.files),
      age_text(now - *backlog.oldest));
}

// Bytes an hour by which the backlog has grown. 0: too few files, or for too short a time.
double growth(const BacklogFacts& facts, Time now) {
  const ArchiveBacklog& backlog = facts.backlog;
  if (!backlog.oldest || backlog.new_segments < kLeastForForecast) return 0;
  const Time::duration age = now - *backlog.oldest;
  if (age < kLeastAgeForForecast) return 0;
  const double hours = in_seconds(std::min<Time::duration>(age, kForecastWindow)) / 3600;
  return static_cast<double>(backlog.new_segments * facts.segment_size) / hours;
}

void add_forecast(const BacklogFacts& facts, double bytes_an_hour, CheckResult& result) {
  const double hours = static_cast<double>(facts.free_bytes) / bytes_an_hour;
  const Severity severity = hours < kCriticalHours  ? Severity::kCritical
                            : hours < kWarningHours ? Severity::kWarning
                                                    : Severity::kOk;
  result.add(
      severity, CheckedPart::kDisk,
      fmt::format("pg_wal grows by {} an hour; its disk has {} free, and will be full in {}",
                  size_text(static_cast<std::uint64_t>(bytes_an_hour)), size_text(facts.free_bytes),
                  hours < 1 ? fmt::format("{:.0f} minutes", hours * 60)
                            : fmt::format("{:.0f} hours", hours)),
      severity == Severity::kOk ? "" : kHint);
  result.measures.push_back({"pg_wal_growth", bytes_an_hour, "B"});
}

void add_disk(const BacklogFacts& facts, CheckResult& result) {
  if (facts.disk_bytes == 0) return;
  const auto size = static_cast<double>(facts.disk_bytes);
  const double share = static_cast<double>(facts.free_bytes) / size;
  result.measures.push_back({"pg_wal_free", static_cast<double>(facts.free_bytes), "B"});
  if (share >= kWarningShare) return;
  result.add(share < kCriticalShare ? Severity::kCritical : Severity::kWarning, CheckedPart::kDisk,
             fmt::format("only {} ({:.0f} %) of the disk that contains pg_wal is free",
                         size_text(facts.free_bytes), 100 * share),
             "A server that cannot write WAL stops. Free some space, or enlarge the disk.");
}

}  // namespace

void add_backlog(const BacklogFacts& facts, const WaitLimits& limits, Time now,
                 CheckResult& result) {
  const ArchiveBacklog& backlog = facts.backlog;
  const double age = backlog.oldest ? std::max(0.0, in_seconds(now - *backlog.oldest)) : 0;
  const Severity severity = severity_of_age(age, limits);
  result.add(severity, CheckedPart::kBacklog, waiting_text(backlog, now),
             severity == Severity::kOk ? "" : kHint);
  if (backlog.oldest && *backlog.oldest > now + kClockTolerance) {
    result.add(Severity::kWarning, CheckedPart::kBacklog,
               fmt::format("a file became ready to be archived {} in the future",
                           age_text(*backlog.oldest - now)),
               "The clock of this host was set back, so nobody knows how long files have waited.");
  }
  result.measures.push_back({"ready_files", static_cast<double>(backlog.files), ""});
  result.measures.push_back(
      {"oldest_ready_file", age, "s", in_seconds(limits.warning), in_seconds(limits.critical)});
  if (const double bytes_an_hour = growth(facts, now); bytes_an_hour > 0) {
    add_forecast(facts, bytes_an_hour, result);
  }
  add_disk(facts, result);
}

}  // namespace walstow
