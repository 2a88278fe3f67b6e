// `walstow window` and `walstow when`: the moments that a recovery can reach, and how it reaches
// one of them.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/link/executables.h"
#include "proto/program/exit_code.h"
#include "proto/wire/json_fields.h"
#include "store/admin/commands.h"
#include "store/admin/file_range_options.h"
#include "store/admin/recovery_logs.h"
#include "store/admin/recovery_text.h"
#include "store/admin/restore_setting.h"
#include "store/recovery/target_text.h"

namespace walstow {
namespace {

constexpr Option kRecoveryTimelineOption{"--timeline", "NUMBER",
                                         "only recoveries along this timeline"};

int window(const CommandContext& call) {
  Client client = call.client();
  const std::string cluster = call.cluster();
  const auto only = range_of(call).timeline;
  const RecoveryLogs all = read_recovery_logs(client, cluster);
  boost::json::array eras;
  std::string text;
  bool is_possible = false;
  for (const RecoveryLog& log : all.logs) {
    std::vector<RecoveryWindow> windows = recovery_windows(log.sources);
    std::erase_if(windows, [only](const auto& one) { return only && one.path.target != *only; });
    for (const RecoveryWindow& one : windows)
      is_possible = is_possible || one.from;
    text += windows_text(log, windows);
    eras.push_back(windows_object(log, windows));
  }
  if (call.json()) {
    print(to_line({{"archive", all.archive}, {"cluster", cluster}, {"eras", std::move(eras)}}));
  } else {
    print(text.empty() ? "nothing archived yet\n" : text, call.reach());
  }
  return is_possible ? exit_code::kDone : exit_code::kFailed;
}

// The targets in one log that the argument of `walstow when` can mean.
class WhenTarget {
 public:
  explicit WhenTarget(const std::string& text);

  // Contains several restore points if they have the same name. A text that looks like a time or an
  // LSN is also a restore point's name if there is one with it.
  std::vector<RecoveryTarget> in(const LogTimes& times) const;
  const std::string& text() const { return text_; }
  bool is_name() const { return !time_ && !lsn_; }

 private:
  std::string text_;
  std::optional<TimeMicro> time_;
  std::optional<Lsn> lsn_;
};

WhenTarget::WhenTarget(const std::string& text) : text_(text), lsn_(parse_lsn(text)) {
  const TypedTime typed = parse_typed_time(text);
  if (!typed.problem.empty()) {
    throw Error(ErrorKind::kUsage, fmt::format("\"{}\" {}", escaped(text), typed.problem),
                "Write a time with its offset from UTC, as PostgreSQL prints it: \"2026-11-22 "
                "19:40:00+00\".");
  }
  time_ = typed.time;
}

std::vector<RecoveryTarget> WhenTarget::in(const LogTimes& times) const {
  std::vector<RecoveryTarget> targets;
  for (RestorePoint& point : restore_points_named(times, escaped(text_)))
    targets.emplace_back(std::move(point));
  if (!targets.empty()) return targets;
  if (time_) targets.emplace_back(*time_);
  if (lsn_) targets.emplace_back(*lsn_);
  return targets;
}

struct LogAnswer {
  const RecoveryLog* log = nullptr;
  TargetAnswer answer;
  bool is_reached() const { return !answer.answer.ways.empty(); }
};

// A time and an LSN have one answer, from the newest log that reaches it. Each restore point has
// one.
std::vector<LogAnswer> answers_to(const RecoveryLogs& all, const WhenTarget& target,
                                  std::optional<Timeline> only) {
  std::vector<LogAnswer> answers;
  for (const RecoveryLog& log : all.logs) {
    for (const RecoveryTarget& one : target.in(log.sources.times)) {
      LogAnswer answer{.log = &log,
                       .answer = {.target = one, .answer = reach_target(log.sources, one, only)}};
      const bool is_point = std::holds_alternative<RestorePoint>(one);
      if (!is_point && answer.is_reached()) return {std::move(answer)};
      if (is_point || answers.empty()) answers.push_back(std::move(answer));
    }
  }
  return answers;
}

// Segments whose restore points the index lists in part.
bool has_hidden_points(const RecoveryLogs& all) {
  return std::ranges::any_of(
      all.logs, [](const RecoveryLog& log) { return log.sources.times.has_hidden_points(); });
}

int when(const CommandContext& call) {
  Client client = call.client();
  const std::string cluster = call.valid_cluster();
  const WhenTarget target(call.command.positional("TARGET"));
  const auto only = range_of(call).timeline;
  const std::string restore_command =
      restore_setting(sibling_executable("walstow-restore"), call.reach().options, cluster);
  const RecoveryLogs all = read_recovery_logs(client, cluster);
  const std::vector<LogAnswer> answers = answers_to(all, target, only);
  if (call.json()) {
    boost::json::array array;
    for (const LogAnswer& one : answers)
      array.push_back(answer_object(*one.log, one.answer, restore_command));
    print(to_line({{"archive", all.archive}, {"cluster", cluster}, {"answers", std::move(array)}}));
  } else if (answers.empty()) {
    log_line(
        LogLevel::kError,
        target.is_name()
            ? fmt::format("no archived restore point has the name \"{}\"", escaped(target.text()))
            : std::string("nothing is archived yet"),
        target.is_name() && has_hidden_points(all)
            ? "Some segments contain restore points that the index of time does not list: more "
              "than 64, or one that continues in the next segment. Give the LSN that "
              "pg_create_restore_point() returned."
            : "");
  } else {
    std::string text;
    for (const LogAnswer& one : answers) {
      text += text.empty() ? "" : "\n";
      text += answer_text(*one.log, one.answer, cluster, restore_command);
    }
    print(text, call.reach());
  }
  const bool is_reached = std::ranges::any_of(answers, &LogAnswer::is_reached);
  return is_reached ? exit_code::kDone : exit_code::kFailed;
}

}  // namespace

std::vector<AdminCommand> recovery_commands() {
  return {
      {{"window",
        "show from which to which moment each base backup can be recovered",
        {kRecoveryTimelineOption},
        {kOptionalClusterArgument}},
       window},
      {{"when",
        "show how to recover to a moment: the backup, the WAL and the settings",
        {kRecoveryTimelineOption},
        {kClusterArgument, {"TARGET", "a time, an LSN or the name of a restore point"}}},
       when},
  };
}

}  // namespace walstow
