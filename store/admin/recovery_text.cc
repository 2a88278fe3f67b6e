#include "store/admin/recovery_text.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <fmt/format.h>
#include <utility>

#include "proto/base/log.h"
#include "proto/base/size_text.h"
#include "proto/base/suggestion.h"
#include "proto/base/wrapped_text.h"
#include "proto/wire/json_fields.h"
#include "store/admin/report_text.h"
#include "store/recovery/target_text.h"

namespace walstow {
namespace {

using End = RecoveryPath::End;
using Why = RecoveryRefusal::Why;

std::string segment_name(Timeline timeline, std::uint64_t number, SegmentSize size) {
  return WalFileName::segment(timeline, SegmentNumber{number}, size).text();
}

// "000000010000000000000008", or "... .. ..." for several segments.
std::string run_text(const RecoveryPath::Stretch& missing, SegmentSize size) {
  std::string first = segment_name(missing.timeline, missing.run.first, size);
  if (missing.run.count == 1) return first;
  return fmt::format("{} .. {}", first, segment_name(missing.timeline, missing.run.last(), size));
}

// Why a path ends, as a sentence. "": the archive has nothing later.
std::string end_text(const RecoveryPath& path, SegmentSize size) {
  switch (path.end) {
    case End::kHole:
      return fmt::format("HOLE: {} {} missing.", run_text(path.missing, size),
                         path.missing.run.count == 1 ? "is" : "are");
    case End::kPruned:
      if (path.stretches.empty())
        return fmt::format("It needs {}, which was pruned.", run_text(path.missing, size));
      return fmt::format("{} and what follows was pruned.",
                         segment_name(path.missing.timeline, path.missing.run.first, size));
    case End::kBroken:
      return fmt::format("LOG BREAKS OFF in {}.", run_text(path.missing, size));
    case End::kUnread:
      return fmt::format(
          "The records of {} cannot be read: the object is damaged, or walstow does not know the "
          "release of its server.",
          run_text(path.missing, size));
    case End::kUnfinished:
      return fmt::format("LOG BREAKS OFF in {}: the segment is unfinished.",
                         run_text(path.missing, size));
    case End::kHistoryMissing:
      return fmt::format("{}.history is missing, so PostgreSQL cannot follow timeline {}.",
                         to_hex8(path.target), path.target.value);
    case End::kNewest:
    case End::kNotOnLine:
      break;
  }
  return "";
}

std::string_view end_word(End end) {
  switch (end) {
    case End::kHole:
      return "hole";
    case End::kPruned:
      return "pruned";
    case End::kBroken:
      return "broken";
    case End::kUnread:
      return "unread";
    case End::kUnfinished:
      return "unfinished";
    case End::kHistoryMissing:
      return "history-missing";
    case End::kNewest:
    case End::kNotOnLine:
      break;
  }
  return "newest";
}

std::string target_text(const TargetAnswer& answer) {
  if (const auto* const time = std::get_if<TimeMicro>(&answer.target)) {
    return to_postgres_text(*time);
  }
  if (const auto* const lsn = std::get_if<Lsn>(&answer.target)) return to_string(*lsn);
  const auto& point = std::get<RestorePoint>(answer.target);
  return fmt::format("restore point \"{}\" at {}, created {}", foreign_text(point.name),
                     to_string(point.end), to_postgres_text(point.time));
}

constexpr std::size_t kMostOfLabel = 40;  // bytes
constexpr const char* kImmediate = "immediate";

// The backup as people recognize it.
std::string backup_text(const BaseBackup& backup) {
  return fmt::format("{} \"{}\"", backup.name, foreign_text(escaped(backup.label, kMostOfLabel)));
}

// The LSN at which the recovery stops; nullopt: it stops at a time or at a name. A name in which
// something may be escaped is not the name that PostgreSQL compares.
std::optional<Lsn> lsn_of(const RecoveryTarget& target) {
  if (const auto* const lsn = std::get_if<Lsn>(&target)) return *lsn;
  const auto* const point = std::get_if<RestorePoint>(&target);
  if (point == nullptr || point->name.find('\\') == std::string::npos) return std::nullopt;
  return point->end;
}

// Name and value of each line of postgresql.conf.
std::vector<std::pair<std::string, std::string>> settings_of(const TargetAnswer& answer,
                                                             const RecoveryWay& way,
                                                             const std::string& restore_command) {
  std::vector<std::pair<std::string, std::string>> settings{{"restore_command", restore_command}};
  if (way.is_immediate) {
    settings.emplace_back("recovery_target", kImmediate);
  } else if (const auto* const time = std::get_if<TimeMicro>(&answer.target)) {
    settings.emplace_back("recovery_target_time", to_postgres_text(*time));
  } else if (const auto lsn = lsn_of(answer.target)) {
    settings.emplace_back("recovery_target_lsn", to_string(*lsn));
    settings.emplace_back("recovery_target_inclusive", "off");
  } else {
    settings.emplace_back("recovery_target_name", std::get<RestorePoint>(answer.target).name);
  }
  settings.emplace_back("recovery_target_timeline", std::to_string(way.target.value));
  return settings;
}

std::string other_way_text(const RecoveryLog& log, const RecoveryWay& best,
                           const RecoveryWay& other) {
  const std::string segment =
      segment_name(other.stop_timeline, other.stop_segment.value, log.sources.log.size);
  if (other.target != best.target) {
    return fmt::format("Timeline {} also reaches it, in {}. The option --timeline {} selects it.",
                       other.target.value, segment, other.target.value);
  }
  // The times of the log are not monotonic there, because a clock was set back.
  return fmt::format(
      "From base backup {}, the recovery stops in {} instead, because a clock was set back.",
      backup_text(log.sources.backups[other.backup]), segment);
}

std::string way_text(const RecoveryLog& log, const TargetAnswer& answer,
                     const std::string& restore_command) {
  const RecoveryWay& way = answer.answer.ways.front();
  const SegmentSize size = log.sources.log.size;
  const BaseBackup& backup = log.sources.backups[way.backup];
  std::string text = fmt::format("{} can be reached\n", target_text(answer));
  text += fmt::format("  segment      {}\n",
                      segment_name(way.stop_timeline, way.stop_segment.value, size));
  text += fmt::format("  timeline     {}\n", way.target.value);
  text += fmt::format("  base backup  {}\n", backup_text(backup));
  text += fmt::format("               ended {}\n", to_iso8601(backup.stopped));
  text += fmt::format("  WAL          {} from {}\n\n", size_text(way.replayed),
                      to_string(backup.start));
  for (const auto& [name, value] : settings_of(answer, way, restore_command))
    text += fmt::format("{}\n", setting_line(name, value));
  if (way.is_before_gap) {
    text +=
        "# PostgreSQL 15 and later read ahead, into the WAL that is missing. There, also set:\n"
        "# recovery_prefetch = off\n";
  }
  for (const std::string& missing : log.missing_histories) {
    text += wrapped(
        fmt::format("MISSING: {}. The server asks for it before it opens the database, and then "
                    "waits. Put it first, from the pg_wal of a server that has been on its "
                    "timeline.",
                    missing),
        kTextColumns, "");
  }
  for (std::size_t i = 1; i < answer.answer.ways.size(); ++i)
    text += wrapped(other_way_text(log, way, answer.answer.ways[i]), kTextColumns, "");
  return text;
}

std::string late_text(const RecoveryLog& log, const RecoveryRefusal& refusal) {
  const RecoveryWindow& window = refusal.window;
  const std::string end = end_text(window.path, log.sources.log.size);
  const BaseBackup& backup = log.sources.backups[window.backup];
  if (window.is_immediate()) {
    return fmt::format("{} Backup {} reaches only its stop at {}, with recovery_target = '{}'.",
                       end, backup_text(backup), to_string(backup.stop), kImmediate);
  }
  const std::string reach =
      window.to ? fmt::format("times up to {}", to_postgres_text(*window.to)) : "no time";
  const std::string from = fmt::format("Backup {} reaches {}, and LSNs below {}.",
                                       backup_text(backup), reach, to_string(*window.end));
  return end.empty() ? fmt::format("No later transaction or record is archived. {}", from)
                     : fmt::format("{} {}", end, from);
}

// Why a target cannot be reached, as sentences.
std::string refusal_text(const RecoveryLog& log, const TargetAnswer& answer,
                         const std::string& cluster) {
  const RecoveryRefusal* const refusal = main_refusal(log.sources, answer.answer);
  if (refusal == nullptr) {
    return fmt::format("The archive knows no base backup for it; {} adds one.",
                       suggestion({"backup", "add", cluster}));
  }
  const RecoveryWindow& window = refusal->window;
  const std::string backup = backup_text(log.sources.backups[window.backup]);
  const SegmentSize size = log.sources.log.size;
  switch (refusal->why) {
    case Why::kTooLate:
      return late_text(log, *refusal);
    case Why::kTooEarly:
      return fmt::format(
          "No backup was consistent by then. The oldest one is {}: it reaches times from {}, and "
          "LSNs from {}.",
          backup, to_postgres_text(*window.from),
          to_string(log.sources.backups[window.backup].stop));
    case Why::kInconsistent:
      return fmt::format("Backup {} cannot be used. {}", backup,
                         window.path.end == End::kNewest
                             ? fmt::format("It needs {}, which is not archived.",
                                           run_text(window.path.missing, size))
                             : end_text(window.path, size));
    case Why::kHiddenPoint:
    case Why::kOtherPoint:
      break;
  }
  const Lsn end = std::get<RestorePoint>(answer.target).end;
  return fmt::format("{} {} shows how to reach its LSN.",
                     refusal->why == Why::kOtherPoint
                         ? "From every backup, an earlier restore point with this name stops the "
                           "recovery."
                         : "An earlier segment contains restore points that the index of time does "
                           "not list. One of them may have this name, and stop the recovery.",
                     suggestion({"when", cluster, to_string(end)}));
}

boost::json::object backup_object(const BaseBackup& backup) {
  return {{"name", backup.name},
          {"label", escaped_text(backup.label)},
          {"timeline", backup.timeline.value},
          {"start", to_string(backup.start)},
          {"stop", to_string(backup.stop)},
          {"stopped", to_iso8601(backup.stopped)}};
}

boost::json::value moment_or_null(const std::optional<TimeMicro>& time) {
  return time ? boost::json::value(to_iso8601(*time)) : boost::json::value(nullptr);
}

boost::json::object end_object(const RecoveryPath& path, SegmentSize size) {
  boost::json::object object{{"reason", end_word(path.end)}};
  if (path.end == End::kHistoryMissing) return object;
  object["first"] = segment_name(path.missing.timeline, path.missing.run.first, size);
  object["last"] = segment_name(path.missing.timeline, path.missing.run.last(), size);
  object["count"] = path.missing.run.count;
  return object;
}

std::string window_text(const RecoveryWindow& window, const BaseBackup& backup, SegmentSize size) {
  std::string text = fmt::format("    timeline {}\n", window.path.target.value);
  if (!window.from) {
    text += "      cannot become consistent\n";
  } else if (window.to) {
    text += fmt::format("      from {}\n      to   {}\n", to_postgres_text(*window.from),
                        to_postgres_text(*window.to));
  } else if (window.is_immediate()) {
    text += fmt::format(
        "      consistent only: to its stop at {}\n      needs recovery_target = '{}'\n"
        "      and, from PostgreSQL 15 onward, recovery_prefetch = off\n",
        to_string(backup.stop), kImmediate);
  } else {
    text += "      only its end: no transaction ended after the backup\n";
  }
  if (window.end) text += fmt::format("      ends before {}\n", to_string(*window.end));
  std::string reason = end_text(window.path, size);
  if (!window.from && window.path.end == End::kNewest) {
    reason =
        fmt::format("It needs {}, which is not archived.", run_text(window.path.missing, size));
  }
  return text + wrapped(reason, kTextColumns, "      ");
}

}  // namespace

std::string windows_text(const RecoveryLog& log, const std::vector<RecoveryWindow>& windows) {
  std::string text = fmt::format("era {}\n", to_string(log.era));
  if (windows.empty()) text += "  no base backup\n";
  std::optional<std::size_t> last;
  for (const RecoveryWindow& window : windows) {
    if (window.backup != last) {
      const BaseBackup& backup = log.sources.backups[window.backup];
      text += wrapped(fmt::format("backup {}", backup_text(backup)), kTextColumns, "  ");
      text += fmt::format("    ended {}\n", to_iso8601(backup.stopped));
    }
    last = window.backup;
    text += window_text(window, log.sources.backups[window.backup], log.sources.log.size);
  }
  return text;
}

boost::json::object windows_object(const RecoveryLog& log,
                                   const std::vector<RecoveryWindow>& windows) {
  boost::json::array array;
  for (const RecoveryWindow& window : windows) {
    array.push_back(boost::json::object{
        {"backup", backup_object(log.sources.backups[window.backup])},
        {"timeline", window.path.target.value},
        {"from", moment_or_null(window.from)},
        {"to", moment_or_null(window.to)},
        {"immediate", window.is_immediate()},
        {"end", window.end ? boost::json::value(to_string(*window.end)) : nullptr},
        {"limit", end_object(window.path, log.sources.log.size)}});
  }
  return {{"era", to_string(log.era)}, {"windows", std::move(array)}};
}

std::string answer_text(const RecoveryLog& log, const TargetAnswer& answer,
                        const std::string& cluster, const std::string& restore_command) {
  if (!answer.answer.ways.empty()) return way_text(log, answer, restore_command);
  std::string text = fmt::format("{} cannot be reached\n{}", target_text(answer),
                                 wrapped(refusal_text(log, answer, cluster), kTextColumns, "  "));
  for (const std::string& missing : log.missing_histories) {
    text += wrapped(
        fmt::format("{} is missing, so timelines that need it are not considered.", missing),
        kTextColumns, "  ");
  }
  return text;
}

boost::json::object answer_object(const RecoveryLog& log, const TargetAnswer& answer,
                                  const std::string& restore_command) {
  boost::json::object object{{"era", to_string(log.era)}};
  if (const auto* const time = std::get_if<TimeMicro>(&answer.target)) {
    object["time"] = to_iso8601(*time);
  } else if (const auto* const lsn = std::get_if<Lsn>(&answer.target)) {
    object["lsn"] = to_string(*lsn);
  } else {
    const auto& point = std::get<RestorePoint>(answer.target);
    object["name"] = escaped_text(point.name);
    object["lsn"] = to_string(point.end);
    object["time"] = to_iso8601(point.time);
  }
  boost::json::array ways;
  for (const RecoveryWay& way : answer.answer.ways) {
    boost::json::object settings;
    for (const auto& [name, value] : settings_of(answer, way, restore_command))
      settings[name] = value;
    ways.push_back(boost::json::object{
        {"segment", segment_name(way.stop_timeline, way.stop_segment.value, log.sources.log.size)},
        {"timeline", way.target.value},
        {"backup", backup_object(log.sources.backups[way.backup])},
        {"replayed_bytes", way.replayed},
        {"before_gap", way.is_before_gap},
        {"settings", std::move(settings)}});
  }
  object["ways"] = std::move(ways);
  object["missing_histories"] =
      boost::json::array(log.missing_histories.begin(), log.missing_histories.end());
  return object;
}

}  // namespace walstow
