// `walstow verify`: requests one page after the other, so that it can be stopped and continued,
// keeps its rate, and shows its progress. At the end it requests the missing files.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fmt/format.h>
#include <iostream>
#include <iterator>
#include <thread>
#include <unistd.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/size_text.h"
#include "proto/base/suggestion.h"
#include "proto/base/wrapped_text.h"
#include "proto/program/exit_code.h"
#include "proto/program/stop_signal.h"
#include "proto/wire/json_fields.h"
#include "store/admin/all_pages.h"
#include "store/admin/commands.h"
#include "store/admin/file_range_options.h"
#include "store/admin/progress_line.h"
#include "store/admin/report_text.h"

namespace walstow {
namespace {

struct Found {
  std::uint64_t objects = 0, bytes = 0, passed_over = 0;
  std::uint64_t damaged = 0, unfinished = 0, foreign = 0, missing = 0;
  std::string next;  // where to continue; "" at the end
  std::vector<std::string> to_set_aside;
};

// How many damaged objects one run remembers for quarantining; the next run finds the others.
constexpr std::size_t kMostRemembered = 10000;

VerifyFiles question_of(const CommandContext& call) {
  VerifyFiles verify{
      .cluster = call.cluster(), .after = call.command.option("resume"), .range = range_of(call)};
  // A mistyped place would skip everything, and report it as whole.
  if (!verify.after.empty() && !parse_era_name(verify.after.substr(0, verify.after.find('/')))) {
    throw Error(ErrorKind::kUsage,
                fmt::format("invalid value \"{}\" for --resume", escaped(verify.after)),
                "Give the position that the interrupted run reported.");
  }
  if (call.command.flag("deep")) verify.depth = VerifyFiles::Depth::kContent;
  verify.jobs = call.jobs().value_or(verify.jobs);
  if (const std::string text = call.command.option("since"); !text.empty()) {
    verify.since = parse_iso8601(text);
    const auto ago = parse_duration(text);
    if (!verify.since && ago) verify.since = std::chrono::system_clock::now() - *ago;
    if (!verify.since) {
      throw Error(ErrorKind::kUsage, fmt::format("invalid value \"{}\" for --since", escaped(text)),
                  "Give a time (\"2026-11-22T19:40:00Z\"), or how long ago it was (\"7d\").");
    }
  }
  return verify;
}

std::optional<std::uint64_t> rate_of(const CommandContext& call) {
  const std::string text = call.command.option("rate-limit");
  if (text.empty()) return std::nullopt;
  const auto rate = parse_size(text);
  if (rate && *rate > 0) return rate;
  throw Error(ErrorKind::kUsage,
              fmt::format("invalid value \"{}\" for --rate-limit", escaped(text)),
              "Give a size per second, such as \"50MB\".");
}

bool is_in(const HoleReport& hole, const WithdrawnReport& file) {
  return file.era == hole.era && hole.first <= file.name && file.name <= hole.last;
}

class Verification {
 public:
  explicit Verification(const CommandContext& call)
      : call_(call),
        question_(question_of(call)),
        from_start_(question_.after.empty()),
        rate_(rate_of(call)),
        client_(call.client()) {}

  int run();

 private:
  void ask_for_total();
  void verify_pages();
  void keep_rate() const;
  void list_holes();
  std::vector<WithdrawnReport> list_withdrawn();
  std::string withdrawn_line(const WithdrawnReport& file) const;
  void show(const VerifyProblem& problem);
  void show_summary();
  void show_way_out();
  Words words_to_go_on() const;
  void set_aside();
  bool may_set_aside() const;
  bool all_verified() const { return found_.next.empty(); }
  int result() const;

  const CommandContext& call_;
  VerifyFiles question_;
  bool from_start_;
  std::optional<std::uint64_t> rate_;  // bytes a second
  Client client_;
  ProgressLine line_;
  Found found_;
};

int Verification::run() {
  const bool asks = call_.command.flag("set-aside") && !call_.command.flag("yes");
  if (asks && isatty(STDIN_FILENO) != 1) {
    throw Error(ErrorKind::kUsage, "--set-aside asks first, but there is no terminal",
                "Give --yes as well.");
  }
  catch_stop_signals();  // the requested page is completed: then the command ends
  ask_for_total();
  found_.next = question_.after;
  try {
    verify_pages();
  } catch (const Error&) {
    line_.clear();
    show_way_out();
    throw;
  }
  if (all_verified()) list_holes();
  line_.clear();
  show_summary();
  show_way_out();
  end_by_stop_signal();
  if (call_.command.flag("set-aside")) set_aside();
  return result();
}

// Only for the bar: the size of a part of a cluster is not known beforehand.
void Verification::ask_for_total() {
  if (!line_.is_shown()) return;
  const FileRange& range = question_.range;
  if (range.from || range.to || question_.since || !question_.after.empty()) return;
  const ClusterReport report =
      parse_cluster_report(client_.ask(ClusterStatus{question_.cluster}, long_patience()));
  std::uint64_t objects = 0, bytes = 0;
  for (const EraReport& era : report.eras) {
    if (!range.timeline) objects += era.histories + era.conflicts;
    for (const TimelineReport& timeline : era.timelines) {
      if (range.timeline && range.timeline->value != timeline.timeline) continue;
      objects += timeline.segments + timeline.partials + timeline.incompletes + timeline.backups;
      bytes += timeline.stored_bytes;
    }
  }
  line_.expect(objects, bytes);
}

void Verification::verify_pages() {
  if (rate_) question_.most_bytes = *rate_;  // a second's worth
  do {
    const VerifyPage page = parse_verify_page(client_.ask(question_, long_patience()));
    found_.objects += page.objects;
    found_.bytes += page.bytes;
    found_.passed_over += page.passed_over;
    for (const VerifyProblem& problem : page.problems)
      show(problem);
    next_page(question_.after, page.next);
    found_.next = page.next;
    line_.show(found_.objects, found_.bytes);
    keep_rate();
  } while (!all_verified() && !is_stopped());
}

void Verification::keep_rate() const {
  if (!rate_ || all_verified()) return;
  const std::chrono::duration<double> due(static_cast<double>(found_.bytes) /
                                          static_cast<double>(*rate_));
  // In short intervals, to notice a signal.
  constexpr std::chrono::milliseconds kPiece{100};
  while (line_.elapsed() < due && !is_stopped())
    std::this_thread::sleep_for(kPiece);
}

void Verification::list_holes() {
  ListHoles question{.cluster = question_.cluster, .after = "", .range = question_.range};
  std::optional<std::vector<WithdrawnReport>> withdrawn;
  bool more = false;
  do {
    const HolePage page = parse_hole_page(client_.ask(question, long_patience()));
    std::string text;
    if (!page.holes.empty() && !withdrawn) withdrawn = list_withdrawn();
    for (const HoleReport& hole : page.holes) {
      found_.missing += hole.count;
      text += call_.json() ? to_json(hole) : fmt::format("missing     {}", hole_text(hole));
      for (const WithdrawnReport& file : *withdrawn) {
        if (is_in(hole, file)) text += withdrawn_line(file);
      }
    }
    line_.clear();
    print(text);
    more = next_page(question.after, page.next);
  } while (more);
}

// An administrator has withdrawn some of the missing files, and has given the reason.
std::vector<WithdrawnReport> Verification::list_withdrawn() {
  std::vector<WithdrawnReport> all;
  ListWithdrawn question{.cluster = question_.cluster};
  bool more = false;
  do {
    WithdrawnPage page = parse_withdrawn_page(client_.ask(question, long_patience()));
    std::ranges::move(page.files, std::back_inserter(all));
    more = next_page(question.page.after, page.next);
  } while (more && all.size() < kMostRemembered);
  return all;
}

std::string Verification::withdrawn_line(const WithdrawnReport& file) const {
  constexpr std::string_view kIndent = "            ";
  if (call_.json()) return to_json(file);
  if (file.state == "unreadable")
    return wrapped(
        fmt::format("{} was withdrawn; the record of the withdrawal cannot be read", file.name),
        kTextColumns, kIndent);
  return wrapped(fmt::format("{} was withdrawn by {} on {}: {}", file.name, foreign_text(file.by),
                             to_iso8601(file.at), foreign_text(file.reason)),
                 kTextColumns, kIndent);
}

void Verification::show(const VerifyProblem& problem) {
  using Kind = VerifyProblem::Kind;
  if (problem.kind == Kind::kForeign) ++found_.foreign;
  if (problem.kind == Kind::kUnfinished) ++found_.unfinished;
  if (problem.kind == Kind::kDamaged) {
    ++found_.damaged;
    if (found_.to_set_aside.size() < kMostRemembered) found_.to_set_aside.push_back(problem.object);
  }
  line_.clear();
  print(call_.json() ? to_json(problem) : problem_text(problem));
}

void Verification::show_summary() {
  if (call_.json()) {
    print(to_line({{"kind", "summary"},
                   {"objects", found_.objects},
                   {"bytes", found_.bytes},
                   {"passed_over", found_.passed_over},
                   {"damaged", found_.damaged},
                   {"unfinished", found_.unfinished},
                   {"missing", found_.missing},
                   {"foreign", found_.foreign},
                   {"next", found_.next}}));
    return;
  }
  std::string text = fmt::format("verified {} objects, {}, in {}", found_.objects,
                                 size_text(found_.bytes), duration_text(line_.elapsed()));
  if (found_.passed_over > 0) text += fmt::format("; skipped {}", found_.passed_over);
  text += "\n";
  if (result() == exit_code::kDone) {
    const bool is_part = !from_start_ || question_.since || question_.range.timeline ||
                         question_.range.from || question_.range.to;
    text += !all_verified() ? "all of these are whole\n"
            : is_part       ? "all of these are whole, and none is missing\n"
                            : "all are whole, and none is missing\n";
  } else {
    text += fmt::format("{} damaged, {} unfinished, {} missing, {} foreign\n", found_.damaged,
                        found_.unfinished, found_.missing, found_.foreign);
  }
  print(text);
}

void Verification::show_way_out() {
  if (found_.damaged > 0) {
    log_line(LogLevel::kWarning, fmt::format("{} objects are damaged", found_.damaged),
             "Put such a file again from a pg_wal or a copy of the archive that still has it: "
             "\"walstow-archive PATH\" replaces a damaged object with the whole one.");
  }
  if (found_.unfinished > 0) {
    log_line(
        LogLevel::kWarning,
        fmt::format(
            "in {} segments the log breaks off, or does not continue from the previous segment",
            found_.unfinished),
        "Archive the whole segment again, from a pg_wal that still has it; if two files are named, "
        "either may be the damaged one. The whole segment replaces an unfinished one. If the "
        "store refuses it, \"walstow conflict accept\" gives it the name.");
  }
  if (found_.missing > 0) {
    log_line(
        LogLevel::kWarning, fmt::format("{} segments are missing", found_.missing),
        "Archive them again with \"walstow-archive PATH\", from a pg_wal or a copy of the "
        "archive that still has them, or take a new base backup: no recovery gets past a hole.");
  }
  if (!all_verified() && found_.objects + found_.passed_over > 0) {
    log_line(LogLevel::kWarning, "not all of the archive was verified",
             fmt::format("Continue with: {}", complete_command(call_.reach(), words_to_go_on())));
  }
}

// The options that select what is verified, and how. A relative time was replaced by the time that
// it meant.
Words Verification::words_to_go_on() const {
  Words words{"verify", question_.cluster};
  if (call_.json()) words.insert(words.end(), {"--output", "json"});
  if (call_.command.flag("deep")) words.push_back("--deep");
  if (question_.since) words.insert(words.end(), {"--since", to_iso8601(*question_.since)});
  for (const std::string_view name : {"timeline", "from", "to", "jobs", "rate-limit"}) {
    const std::string value = call_.command.option(name);
    if (!value.empty()) words.insert(words.end(), {fmt::format("--{}", name), value});
  }
  words.insert(words.end(), {"--resume", found_.next});
  return words;
}

bool Verification::may_set_aside() const {
  if (call_.command.flag("yes")) return true;
  std::cerr << fmt::format(
      "Quarantine {} damaged objects? A get of one then returns \"absent, a hole\",\n"
      "instead of \"damaged\". The bytes are kept below _aside in the archive. [y/N] ",
      found_.to_set_aside.size());
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

void Verification::set_aside() {
  if (found_.to_set_aside.empty() || !may_set_aside()) return;
  for (const std::string& object : found_.to_set_aside) {
    const SetAsideReport report = parse_set_aside_report(
        client_.ask(SetAside{.cluster = question_.cluster, .object = object}, long_patience()));
    if (call_.json()) {
      print(to_line({{"kind", "set-aside"},
                     {"object", report.object},
                     {"result", to_string(report.result)},
                     {"reason", report.reason}}));
    } else {
      print(set_aside_text(report));
    }
  }
}

int Verification::result() const {
  if (found_.damaged + found_.unfinished > 0) return exit_code::kDamaged;
  if (found_.missing > 0) return exit_code::kMissing;
  if (found_.foreign > 0) return exit_code::kForeign;
  return exit_code::kDone;
}

int verify(const CommandContext& call) {
  return Verification(call).run();
}

}  // namespace

std::vector<AdminCommand> verify_commands() {
  return {
      {{"verify",
        "read the stored objects, and report what is damaged, missing or foreign",
        {{"--deep", "",
          "also decompress them, and check the digest of each file and the log in it"},
         kTimelineOption,
         kFromOption,
         kToOption,
         {"--since", "TIME",
          "only objects that were put since this time, such as 2026-11-22T19:40:00Z, or within "
          "this time, such as 7d"},
         {"--jobs", "N", "number of objects that the store verifies in parallel"},
         {"--rate-limit", "SIZE",
          "maximum number of stored bytes to verify per second, such as 50MB"},
         {"--resume", "PLACE", "continue where an earlier run ended"},
         {"--set-aside", "", "quarantine damaged objects, where that leaves a hole"},
         {"-y,--yes", "", "do not ask before the quarantine"}},
        {kOptionalClusterArgument},
        {{"Verify what was put in the last week", "walstow verify main --deep --since 7d"}}},
       verify},
  };
}

}  // namespace walstow
