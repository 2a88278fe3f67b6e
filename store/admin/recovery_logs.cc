#include "store/admin/recovery_logs.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "proto/base/error.h"
#include "proto/base/suggestion.h"
#include "proto/wire/times_report.h"
#include "store/admin/all_pages.h"
#include "store/admin/command_context.h"
#include "store/admin/progress_line.h"

namespace walstow {
namespace {

// Eras with the same key have one log.
using LogKey = std::pair<std::uint64_t, std::uint32_t>;

LogKey key_of(const EraName& era) {
  return {era.system_identifier, era.segment_size};
}

class LogsReader {
 public:
  LogsReader(Client& client, std::string cluster) : client_(client), cluster_(std::move(cluster)) {}

  RecoveryLogs read();

 private:
  void add_era(const EraReport& report);
  void add_timeline(RecoverySources& sources, const TimelineReport& report);
  void add_backups();
  void add_times();
  // What status reports about the prunes of one log.
  struct Pruned {
    SegmentNumber below;
    std::set<Timeline> with_gaps;  // timelines on which a prune has left a gap
  };
  void add_prunes(RecoveryLog& log, const Pruned& pruned);
  // nullptr: status did not contain the era, which began later.
  RecoveryLog* find(const std::string& era);

  Client& client_;
  std::string cluster_;
  std::map<LogKey, RecoveryLog> logs_;
  std::map<LogKey, Pruned> pruned_;
  std::optional<std::vector<HoleReport>> holes_;  // read if something was pruned
};

std::optional<EraName> era_named(const std::string& text) {
  const auto era = parse_era_name(text);
  if (!era || !SegmentSize::from_bytes(era->segment_size)) return std::nullopt;
  return era;
}

RecoveryLog* LogsReader::find(const std::string& era) {
  const auto name = era_named(era);
  if (!name) return nullptr;
  const auto found = logs_.find(key_of(*name));
  return found == logs_.end() ? nullptr : &found->second;
}

// The ancestors follow from the parents: each timeline's report names its own.
void LogsReader::add_timeline(RecoverySources& sources, const TimelineReport& report) {
  std::vector<KnownTimeline>& timelines = sources.log.timelines;
  KnownTimeline known;
  known.timeline = Timeline{report.timeline};
  const auto left_at = parse_lsn(report.left_parent_at);
  if (report.parent && left_at && *report.parent < report.timeline) {
    const KnownTimeline* const parent = find_timeline(sources.log, Timeline{*report.parent});
    if (parent != nullptr) known.ancestry = parent->ancestry;
    known.ancestry.push_back(
        {.parent = Timeline{*report.parent}, .left_at = *left_at, .reason = ""});
    known.history = KnownTimeline::History::kRead;
  }
  const auto place =
      std::ranges::lower_bound(timelines, known.timeline, {}, &KnownTimeline::timeline);
  if (place == timelines.end() || place->timeline != known.timeline) {
    timelines.insert(place, std::move(known));
  } else if (known.history == KnownTimeline::History::kRead) {
    *place = std::move(known);
  }
}

void LogsReader::add_era(const EraReport& report) {
  const auto era = era_named(report.era);
  if (!era) return;
  const SegmentSize size = *SegmentSize::from_bytes(era->segment_size);
  const auto [place, _] = logs_.try_emplace(
      key_of(*era), RecoveryLog{.era = *era,
                                .sources = {.log = {.size = size, .timelines = {}, .prunes = {}},
                                            .times = {},
                                            .backups = {},
                                            .barriers = {}}});
  RecoveryLog& log = place->second;
  log.era = *era;  // the eras are in ascending order
  for (const TimelineReport& timeline : report.timelines)
    add_timeline(log.sources, timeline);
  if (report.more_breaks) {
    throw Error(ErrorKind::kRefused,
                fmt::format("the log of cluster \"{}\" breaks off at more than {} positions",
                            cluster_, report.breaks.size()),
                fmt::format("{} names all of them. Put undamaged copies of these segments first.",
                            suggestion({"verify", cluster_, "--deep"})));
  }
  Pruned& pruned = pruned_[place->first];
  for (const TimelineReport& timeline : report.timelines) {
    if (timeline.pruned_gaps > 0) pruned.with_gaps.insert(Timeline{timeline.timeline});
  }
  const auto below = report.retention ? parse_lsn(report.retention->pruned) : std::nullopt;
  if (below) pruned.below = std::max(pruned.below, segment_of(*below, size));
  for (const BreakReport& one : report.breaks) {
    if (const auto barrier = barrier_of(one, size)) log.sources.barriers.push_back(*barrier);
  }
}

void LogsReader::add_backups() {
  const auto reports =
      ask_all(client_, ListBackups{cluster_}, long_patience(), parse_backup_reports);
  for (const BackupReport& report : reports.entries) {
    RecoveryLog* const log = find(report.era);
    auto backup = base_backup_of(report);
    if (log == nullptr || !backup || report.pruned) continue;
    log->sources.backups.push_back(*std::move(backup));
  }
}

void LogsReader::add_times() {
  ProgressLine line;
  std::uint64_t segments = 0, bytes = 0;
  ListTimes question{.cluster = cluster_, .after = "", .range = {}};
  bool more = false;
  do {
    TimesPage page = parse_times_page(client_.ask(question, long_patience()));
    for (TimesReport& report : page.segments) {
      RecoveryLog* const log = find(report.era);
      const auto file = WalFileName::parse(report.name);
      if (log == nullptr || !file || file->kind() != FileKind::kSegment) continue;
      const SegmentSize size = log->sources.log.size;
      if (!file->fits(size)) continue;
      ++segments;
      bytes += size.bytes();
      log->sources.times.add(file->timeline(), file->number(size), std::move(report.times));
    }
    line.show(segments, bytes);
    more = next_page(question.after, page.next);
  } while (more);
}

// The ascending ranges of a timeline that no prune has removed: its segments, and its holes.
std::vector<KeptRange> not_pruned(const KnownTimeline& timeline, const EraName& era,
                                  const std::vector<HoleReport>& holes, SegmentSize size) {
  std::vector<KeptRange> ranges;
  for (const SegmentRun& run : timeline.runs) {
    ranges.push_back({timeline.timeline, SegmentNumber{run.first}, SegmentNumber{run.last()}});
  }
  for (const HoleReport& hole : holes) {
    const auto of = era_named(hole.era);
    const auto first = WalFileName::parse(hole.first), last = WalFileName::parse(hole.last);
    if (!of || key_of(*of) != key_of(era) || !first || !last ||
        first->timeline() != timeline.timeline || first->kind() != FileKind::kSegment ||
        last->kind() != FileKind::kSegment || !first->fits(size) || !last->fits(size)) {
      continue;
    }
    ranges.push_back({timeline.timeline, first->number(size), last->number(size)});
  }
  return united(std::move(ranges));
}

// The store reports the holes, and how far it has pruned. What is absent there and is no hole was
// pruned.
void LogsReader::add_prunes(RecoveryLog& log, const Pruned& pruned) {
  KnownLog& known = log.sources.log;
  for (const KnownTimeline& timeline : known.timelines) {
    SegmentNumber limit = pruned.below;
    if (pruned.with_gaps.contains(timeline.timeline) && !timeline.runs.empty()) {
      limit = std::max(limit, SegmentNumber{timeline.runs.back().first});
    }
    if (limit == SegmentNumber{}) continue;
    if (!holes_) holes_ = all_holes(client_, cluster_, long_patience());
    known.prunes.push_back({.limit = limit,
                            .timeline = timeline.timeline,
                            .has_removed = true,
                            .kept = not_pruned(timeline, log.era, *holes_, known.size)});
  }
}

RecoveryLogs LogsReader::read() {
  const ClusterReport report =
      parse_cluster_report(client_.ask(ClusterStatus{cluster_}, long_patience()));
  for (const EraReport& era : report.eras)
    add_era(era);
  add_backups();
  add_times();
  RecoveryLogs all{.archive = report.archive, .logs = {}};
  for (auto& [key, log] : logs_) {
    RecoverySources& sources = log.sources;
    for (const Timeline timeline : sources.times.timelines()) {
      // A timeline that began after status was read: its history is not known yet.
      const auto known =
          std::ranges::find(sources.log.timelines, timeline, &KnownTimeline::timeline);
      if (known != sources.log.timelines.end()) known->runs = sources.times.runs(timeline);
    }
    add_prunes(log, pruned_[key]);
    std::ranges::sort(sources.backups, {}, &BaseBackup::start);
    std::ranges::move(sources.times.barriers(), std::back_inserter(sources.barriers));
    std::ranges::sort(sources.barriers);
    for (const Timeline timeline : timelines_without_history(sources.log))
      log.missing_histories.push_back(WalFileName::history(timeline).text());
    all.logs.push_back(std::move(log));
  }
  std::ranges::sort(all.logs, std::ranges::greater{},
                    [](const RecoveryLog& log) { return log.era.number; });
  return all;
}

}  // namespace

RecoveryLogs read_recovery_logs(Client& client, const std::string& cluster) {
  return LogsReader(client, cluster).read();
}

}  // namespace walstow
