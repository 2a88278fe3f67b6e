#include "store/report/plain_words.h"

#include <algorithm>
#include <fmt/format.h>

namespace walstow {

std::string counted(std::uint64_t count, std::string_view noun, int width) {
  return fmt::format("{:>{}} {}{}", count, width, noun, count == 1 ? "" : "s");
}

std::string age_text(Time::duration age) {
  using std::chrono::duration_cast;
  // A store's clock may be ahead of this host's.
  const auto seconds = std::max<std::int64_t>(0, duration_cast<std::chrono::seconds>(age).count());
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  if (seconds < 172800) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} days", seconds / 86400);
}

std::string policy_text(const PolicyReport& report) {
  const PrunePolicy& policy = report.policy;
  const std::uint32_t count = policy.keep_backups.value_or(0);
  const std::string newest =
      count == 1 ? "the newest backup" : fmt::format("the newest {} backups", count);
  std::string text = policy.keep_days.value_or(0) == 0
                         ? fmt::format("keep {}\n", newest)
                         : fmt::format("keep {}, all younger than {}, and the one before these\n",
                                       newest, counted(*policy.keep_days, "day"));
  if (policy.keep_monthly.value_or(0) > 0) {
    text += fmt::format("keep the newest backup of each month, for {}\n",
                        counted(*policy.keep_monthly, "month"));
  }
  if (policy.keep_yearly.value_or(0) > 0) {
    text += fmt::format("keep the newest backup of each year, for {}\n",
                        counted(*policy.keep_yearly, "year"));
  }
  if (!policy.backup_label.empty()) {
    text += fmt::format("only backups labelled \"{}\" count\n", policy.backup_label);
  }
  if (policy.standby_limit_days) {
    text += fmt::format("no WAL is kept for a standby that has been silent for {}\n",
                        counted(*policy.standby_limit_days, "day"));
  }
  return text + fmt::format("set by {} on {}\n", report.by, to_iso8601(report.set));
}

std::string moments_text(const RecoverableReport& report) {
  const Time from = std::chrono::ceil<std::chrono::seconds>(report.from);
  const auto to = report.to
                      ? std::optional<Time>(std::chrono::floor<std::chrono::seconds>(*report.to))
                      : std::nullopt;
  return fmt::format("from {} to {}", to_iso8601(from),
                     to && *to > from ? to_iso8601(*to)
                                      : fmt::format("the end of the archived WAL, {}", report.end));
}

std::string recovery_text(const RecoverableReport& report) {
  const std::string ends =
      report.missing.empty() ? "" : fmt::format("; it ends before segment {}", report.missing);
  return fmt::format("along timeline {}, from backup {}{}", report.timeline, report.backup, ends);
}

std::string not_recoverable_text(const EraReport& era) {
  const bool has_backups = std::ranges::any_of(
      era.timelines, [](const TimelineReport& timeline) { return timeline.backups > 0; });
  return has_backups ? "no known base backup can be recovered along the timeline in use"
                     : "unknown, because the archive contains no backup history file";
}

std::string period_text(const PeriodBackupReport& backup) {
  std::string text = fmt::format("backup {}", backup.name);
  if (!backup.month.empty()) text += fmt::format(", the newest of {}", backup.month);
  if (!backup.year.empty()) text += fmt::format(", the newest of {}", backup.year);
  return text + fmt::format("; only {}", backup.first == backup.last
                                             ? backup.first
                                             : fmt::format("{} .. {}", backup.first, backup.last));
}

}  // namespace walstow
