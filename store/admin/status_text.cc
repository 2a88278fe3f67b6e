#include "store/admin/status_text.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <sstream>
#include <unistd.h>

#include "proto/base/log.h"
#include "proto/base/size_text.h"
#include "proto/base/suggestion.h"
#include "proto/base/wrapped_text.h"
#include "proto/wal/file_name.h"
#include "store/admin/report_text.h"
#include "store/report/cluster_warnings.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

constexpr std::size_t kMostBackupsShown = 3;
constexpr std::size_t kMostPeriodBackupsShown = 12;
constexpr std::size_t kDeepestShown = 20;  // a deeper branch of the tree is not indented further
constexpr std::size_t kLongestLabel = 40;  // characters

class StatusText {
 public:
  explicit StatusText(const StatusStyle& style) : style_(style) {}

  std::string of(const ClusterReport& report) const;

 private:
  std::string alarm(const std::string& text) const {
    return style_.color == Color::kAnsi ? fmt::format("\x1b[1;31m{}\x1b[0m", text) : text;
  }
  std::string warning_lines(const Warning& warning, std::string_view indentation) const {
    const std::string mark = warning.mark.empty() ? "" : alarm(warning.mark);
    return wrapped(fmt::format("{}{}", mark, warning.text), kTextColumns, indentation);
  }
  std::string era_lines(const EraReport& era, const std::string& cluster) const;
  std::string timeline_lines(const EraReport& era, const TimelineReport& timeline) const;
  std::string range_lines(const EraReport& era, const TimelineReport& timeline) const;
  std::string hole_line(const std::string& first, const std::string& last,
                        std::uint64_t count) const;
  std::string size_lines(const TimelineReport& timeline) const;
  std::string recoverable_lines(const EraReport& era, const std::string& cluster) const;
  std::string retention_lines(const RetentionReport& retention, const std::string& cluster) const;
  std::string withdrawn_lines(const EraReport& era, const std::string& cluster) const;
  std::string verified_line(const VerifyRecord& record) const;
  std::string position_lines(const PositionReport& position, const std::string& cluster) const;
  std::string shared_lines(const PositionReport& position, const std::string& cluster) const;
  std::string ago(Time time) const { return fmt::format("{} ago", age_text(style_.now - time)); }

  const StatusStyle& style_;
};

std::string StatusText::hole_line(const std::string& first, const std::string& last,
                                  std::uint64_t count) const {
  return fmt::format("      {} {} .. {}  {} missing\n", alarm("HOLE"), first, last, count);
}

std::string name_prefix(const TimelineReport& timeline) {
  return to_hex8(Timeline{timeline.timeline});
}

// Segments with the holes between them, and the missing segments before and after them, towards
// other timelines.
std::string StatusText::range_lines(const EraReport& era, const TimelineReport& timeline) const {
  const std::string prefix = name_prefix(timeline);
  std::string text;
  if (timeline.ranges_left_out > 0) {
    text += fmt::format("      {} not shown, each followed by a gap\n",
                        counted(timeline.ranges_left_out, "older range"));
  }
  auto hole = era.holes.begin();
  const auto add_holes_before = [&](const std::string& name) {
    for (; hole != era.holes.end() && hole->first < name; ++hole) {
      if (hole->first.starts_with(prefix)) text += hole_line(hole->first, hole->last, hole->count);
    }
  };
  if (timeline.ranges_left_out > 0 && !timeline.ranges.empty()) {
    while (hole != era.holes.end() && hole->first < timeline.ranges.front().first)
      ++hole;
  }
  for (const SegmentRange& range : timeline.ranges) {
    add_holes_before(range.first);
    text += fmt::format("      {} .. {}  {}\n", range.first, range.last,
                        counted(range.count, "segment", 7));
  }
  add_holes_before(fmt::format("{}~", prefix));  // after every name of the timeline
  return text;
}

std::string StatusText::size_lines(const TimelineReport& timeline) const {
  if (timeline.raw_bytes == 0) return "      no segments\n";
  std::string text = fmt::format("      {} raw, {} stored\n", size_text(timeline.raw_bytes),
                                 size_text(timeline.stored_bytes));
  if (timeline.newest) {
    text += fmt::format("      last archived {}, {}\n", to_iso8601(*timeline.newest),
                        ago(*timeline.newest));
  }
  return text;
}

// Counts the files that are not segments. "": none.
std::string others_line(const TimelineReport& timeline) {
  std::vector<std::string> parts;
  if (timeline.partials > 0) parts.push_back(counted(timeline.partials, "partial segment"));
  if (timeline.incompletes > 0)
    parts.push_back(counted(timeline.incompletes, "incomplete segment"));
  if (timeline.backups > 0) parts.push_back(counted(timeline.backups, "backup history file"));
  return parts.empty() ? "" : fmt::format("      {}\n", fmt::join(parts, ", "));
}

std::string backup_lines(const TimelineReport& timeline) {
  std::string text;
  const auto& backups = timeline.backup_files;
  const std::size_t shown = std::min(backups.size(), kMostBackupsShown);
  if (shown < timeline.backups) text += fmt::format("      the newest {}:\n", shown);
  for (std::size_t i = backups.size() - shown; i < backups.size(); ++i) {
    const BackupReport& backup = backups[i];
    if (backup.first.empty()) {
      text += fmt::format("      backup {} cannot be read\n", backup.name);
      continue;
    }
    text += fmt::format("      backup needs {} .. {}\n", backup.first, backup.last);
    text += fmt::format("        ended {}", to_iso8601(backup.stopped));
    if (!backup.label.empty()) {
      text += fmt::format(", \"{}\"", foreign_text(escaped(backup.label, kLongestLabel)));
    }
    text += "\n";
  }
  return text;
}

std::string StatusText::timeline_lines(const EraReport& era, const TimelineReport& timeline) const {
  std::string origin;
  if (timeline.parent) {
    origin =
        fmt::format(", branched off timeline {} at {}", *timeline.parent, timeline.left_parent_at);
  }
  const std::string text = fmt::format("    timeline {}{}\n", timeline.timeline, origin);
  return text + range_lines(era, timeline) + size_lines(timeline) + others_line(timeline) +
         (timeline.backup_files.empty() ? "" : backup_lines(timeline));
}

// Shows each timeline below its parent. Parents have lower numbers than their children.
void add_branch(const EraReport& era, std::optional<std::uint32_t> parent, std::size_t depth,
                std::string& text) {
  for (const TimelineReport& timeline : era.timelines) {
    const bool is_root = !timeline.parent || *timeline.parent >= timeline.timeline ||
                         std::ranges::none_of(era.timelines, [&](const TimelineReport& other) {
                           return other.timeline == *timeline.parent;
                         });
    const bool belongs = parent ? !is_root && timeline.parent == parent : is_root;
    if (!belongs) continue;
    const std::string indentation(3 * std::min(depth, kDeepestShown), ' ');
    text += fmt::format("      {}{}{}{}\n", indentation, depth > 0 ? "+- " : "", timeline.timeline,
                        timeline.parent ? fmt::format(" from {}", timeline.left_parent_at) : "");
    add_branch(era, timeline.timeline, depth + 1, text);
  }
}

std::string StatusText::recoverable_lines(const EraReport& era, const std::string& cluster) const {
  const bool has_wal = std::ranges::any_of(
      era.timelines, [](const TimelineReport& timeline) { return timeline.segments > 0; });
  if (!has_wal) return "";
  if (!era.recoverable) {
    return wrapped(fmt::format("recoverable: {}; {} shows every base backup",
                               not_recoverable_text(era), suggestion({"window", cluster})),
                   kTextColumns, "    ");
  }
  return wrapped(fmt::format("recoverable {}", moments_text(*era.recoverable)), kTextColumns,
                 "    ") +
         wrapped(recovery_text(*era.recoverable), kTextColumns, "      ");
}

// The floor is a position in the log, so it applies to every timeline.
std::string StatusText::retention_lines(const RetentionReport& retention,
                                        const std::string& cluster) const {
  const std::string indentation(6, ' ');
  std::string text = "    retention\n";
  const auto add = [&](const std::string& line) {
    text += wrapped(line, kTextColumns, indentation);
  };
  if (retention.policy) {
    std::istringstream lines(policy_text(*retention.policy));
    for (std::string line; std::getline(lines, line);)
      add(fmt::format("policy: {}", line));
  } else {
    add(fmt::format(
        "no policy, nothing is pruned automatically; to set one, run, for example, {}",
        suggestion({"policy", "set", cluster, "--keep-backups", "2", "--keep-days", "14"})));
  }
  if (!retention.pruned.empty()) add(fmt::format("pruned below {}", retention.pruned));
  if (const auto warning = clock_warning(retention)) {
    text += warning_lines(*warning, indentation);
  } else if (retention.floor.empty()) {
    add(fmt::format("no floor: {}", retention.reason));
  } else {
    add(fmt::format("floor {}: {}", retention.floor, retention.reason));
    add(retention.files == 0
            ? std::string("a prune would remove nothing")
            : fmt::format("a prune would remove {}, {}", counted(retention.files, "file"),
                          size_text(retention.stored_bytes)));
  }
  const auto& periods = retention.period_backups;
  const std::size_t left_out = periods.size() - std::min(periods.size(), kMostPeriodBackupsShown);
  if (left_out > 0) {
    add(fmt::format("kept: {} of earlier months and years; {} shows them",
                    counted(left_out, "backup"), suggestion({"prune", cluster, "-n"})));
  }
  for (std::size_t i = left_out; i < periods.size(); ++i)
    add(fmt::format("kept: {}", period_text(periods[i])));
  for (const std::string& note : retention.notes)
    add(note);
  return text;
}

std::string StatusText::withdrawn_lines(const EraReport& era, const std::string& cluster) const {
  if (era.withdrawn == 0) return "";
  std::string text = fmt::format("    {} withdrawn: {}\n", counted(era.withdrawn, "file"),
                                 suggestion({"list", cluster, "--withdrawn"}));
  for (const WithdrawnReport& file : era.withdrawn_files) {
    if (const auto warning = withdrawal_warning(file, cluster)) {
      text += warning_lines(*warning, "      ");
    } else {
      text += wrapped(fmt::format("{} by {} on {}: {}", file.name, foreign_text(file.by),
                                  to_iso8601(file.at), foreign_text(file.reason)),
                      kTextColumns, "      ");
    }
  }
  return text;
}

std::string StatusText::era_lines(const EraReport& era, const std::string& cluster) const {
  std::string text = fmt::format("  era {}\n", era.era);
  if (era.timelines.size() > 1) {
    text += "    timelines\n";
    add_branch(era, std::nullopt, 0, text);
  }
  for (const TimelineReport& timeline : era.timelines)
    text += timeline_lines(era, timeline);
  for (const Warning& warning : era_warnings(era, cluster))
    text += warning_lines(warning, "    ");
  text += withdrawn_lines(era, cluster);
  if (era.retention) {  // the newest era
    text += recoverable_lines(era, cluster);
    text += retention_lines(*era.retention, cluster);
  }
  return text;
}

std::string StatusText::shared_lines(const PositionReport& position,
                                     const std::string& cluster) const {
  const auto warning = shared_warning(position);
  if (!warning) return "";
  const std::string indentation(6, ' ');
  std::string text = warning_lines(*warning, indentation);
  for (const SharedPosition& other : position.others) {
    const std::string& floor =
        other.restartpoint.empty() ? other.lowest_handed : other.restartpoint;
    text += wrapped(fmt::format("another needs WAL from {} onward, last received {}, seen {}",
                                floor.empty() ? "everything" : floor,
                                other.last_handed.empty() ? "nothing" : other.last_handed,
                                other.seen ? ago(*other.seen) : "never"),
                    kTextColumns, indentation);
  }
  return text + wrapped(shared_hint(position, cluster), kTextColumns, indentation);
}

std::string StatusText::position_lines(const PositionReport& position,
                                       const std::string& cluster) const {
  const std::string name = position.standby.empty() ? position.instance : position.standby;
  std::string text = wrapped(fmt::format("{} on {} (client {})", foreign_text(name),
                                         foreign_text(position.host), position.client),
                             kTextColumns, "    ");
  if (position.retired) return fmt::format("{}      archives as a primary now\n", text);
  if (position.restartpoint.empty()) {
    text += fmt::format(
        "      needs WAL from {} onward: the lowest file that it received\n      (no restartpoint "
        "reported yet; archive_cleanup_command reports them)\n",
        position.lowest_handed.empty() ? "everything" : position.lowest_handed);
  } else {
    text += fmt::format("      restartpoint {}\n", position.restartpoint);
  }
  text += fmt::format("      last received {}\n",
                      position.last_handed.empty() ? "nothing" : position.last_handed);
  if (position.behind_segments && *position.behind_segments > 0) {
    text += fmt::format("      {}, {}, behind the newest segment of its line\n",
                        counted(*position.behind_segments, "segment"),
                        size_text(position.behind_bytes.value_or(0)));
  } else if (position.behind_segments) {
    text += "      at the newest segment of its line\n";
  }
  text += position.seen
              ? fmt::format("      seen {}, {}\n", to_iso8601(*position.seen), ago(*position.seen))
              : std::string("      never seen\n");
  return text + shared_lines(position, cluster);
}

std::string StatusText::verified_line(const VerifyRecord& record) const {
  const std::string problems =
      record.problems == 0 ? "no problem" : alarm(counted(record.problems, "problem"));
  return fmt::format("  verified {}{}: {}, {}\n", ago(record.ended),
                     record.deep ? ", with --deep" : "", counted(record.objects, "object"),
                     problems);
}

std::string StatusText::of(const ClusterReport& report) const {
  std::string text = wrapped(
      fmt::format("cluster {} in archive {}", report.cluster, report.archive), kTextColumns, "");
  if (report.eras.empty()) text += "  nothing has been archived yet\n";
  if (const auto warning = quota_warning(report, 100)) {
    text += warning_lines(*warning, "  ");
  } else if (report.quota) {
    text += fmt::format("  quota {}\n", quota_text(report));
  }
  for (const EraReport& era : report.eras)
    text += era_lines(era, report.cluster);
  if (!report.positions.empty()) text += "  standbys\n";
  for (const PositionReport& position : report.positions)
    text += position_lines(position, report.cluster);
  if (report.verified) text += verified_line(*report.verified);
  for (const std::string& problem : report.damaged)
    text += warning_lines(damaged_warning(problem), "  ");
  return text;
}

}  // namespace

Color color_of_terminal() {
  // NOLINTBEGIN(concurrency-mt-unsafe): nothing here changes the environment
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  // NOLINTEND(concurrency-mt-unsafe)
  const bool unwanted = no_color != nullptr && *no_color != '\0';
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return unwanted || dumb || isatty(STDOUT_FILENO) != 1 ? Color::kNone : Color::kAnsi;
}

std::string status_text(const ClusterReport& report, const StatusStyle& style) {
  return StatusText(style).of(report);
}

}  // namespace walstow
