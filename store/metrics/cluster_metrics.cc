#include "store/metrics/cluster_metrics.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <span>

#include "proto/wire/report_facts.h"

namespace walstow {
namespace {

using enum MetricType;

double number(std::uint64_t count) {
  return static_cast<double>(count);
}

std::span<const TimelineReport> newest_timelines(const EraReport& era) {
  const std::span all(era.timelines);
  return all.last(std::min(all.size(), kMostTimelineSamples));
}

class Writer {
 public:
  Writer(MetricText& text, const std::vector<ClusterState>& clusters)
      : text_(text), clusters_(clusters) {}

  void write();

 private:
  using OfCluster = std::function<std::optional<double>(const ClusterReport&)>;
  using OfEra = std::function<std::optional<double>(const EraReport&)>;
  using OfTimeline = std::function<std::optional<double>(const TimelineReport&, SegmentSize)>;
  using OfRetention = std::function<std::optional<double>(const RetentionReport&)>;
  using OfStandby = std::function<std::optional<double>(const PositionReport&, SegmentSize)>;
  using OfVerification = std::function<std::optional<double>(const VerifyRecord&)>;

  template <class Visit>
  void for_each_newest_era(Visit visit) const;
  void clusters(std::string_view name, std::string_view help, const OfCluster& value);
  void eras(std::string_view name, std::string_view help, const OfEra& value);
  void timelines(std::string_view name, std::string_view help, const OfTimeline& value);
  void retention(std::string_view name, std::string_view help, const OfRetention& value);
  void standbys(std::string_view name, std::string_view help, const OfStandby& value);
  void verification(std::string_view name, std::string_view help, const OfVerification& value);

  void write_clusters();
  void write_eras();
  void write_recoverable();
  void write_timelines();
  void write_retention();
  void write_standbys();
  void write_verification();

  MetricText& text_;
  const std::vector<ClusterState>& clusters_;
};

void Writer::clusters(std::string_view name, std::string_view help, const OfCluster& value) {
  text_.family(name, kGauge, help);
  for (const ClusterState& state : clusters_) {
    if (!state.report) continue;
    if (const auto known = value(*state.report)) text_.sample({{"cluster", state.cluster}}, *known);
  }
}

void Writer::eras(std::string_view name, std::string_view help, const OfEra& value) {
  clusters(name, help, [&](const ClusterReport& report) -> std::optional<double> {
    return report.eras.empty() ? std::nullopt : value(report.eras.back());
  });
}

void Writer::retention(std::string_view name, std::string_view help, const OfRetention& value) {
  eras(name, help, [&](const EraReport& era) -> std::optional<double> {
    return era.retention ? value(*era.retention) : std::nullopt;
  });
}

template <class Visit>
void Writer::for_each_newest_era(Visit visit) const {
  for (const ClusterState& state : clusters_) {
    if (!state.report || state.report->eras.empty()) continue;
    const EraReport& era = state.report->eras.back();
    if (const auto size = segment_size_of(era)) visit(*state.report, era, *size);
  }
}

void Writer::timelines(std::string_view name, std::string_view help, const OfTimeline& value) {
  text_.family(name, kGauge, help);
  for_each_newest_era([&](const ClusterReport& report, const EraReport& era, SegmentSize size) {
    for (const TimelineReport& timeline : newest_timelines(era)) {
      const auto known = value(timeline, size);
      const std::string label = fmt::format("{}", timeline.timeline);
      if (known) text_.sample({{"cluster", report.cluster}, {"timeline", label}}, *known);
    }
  });
}

// Servers that are standbys now. Instances, not names, tell two of them apart.
void Writer::standbys(std::string_view name, std::string_view help, const OfStandby& value) {
  text_.family(name, kGauge, help);
  for_each_newest_era([&](const ClusterReport& report, const EraReport&, SegmentSize size) {
    std::size_t shown = 0;
    for (const PositionReport& position : report.positions) {
      if (position.retired || shown++ >= kMostStandbySamples) continue;
      const auto known = value(position, size);
      if (!known) continue;
      text_.sample({{"cluster", report.cluster},
                    {"client", position.client},
                    {"standby", name_of(position)},
                    {"instance_id", position.instance}},
                   *known);
    }
  });
}

void Writer::verification(std::string_view name, std::string_view help,
                          const OfVerification& value) {
  text_.family(name, kGauge, help);
  for (const ClusterState& state : clusters_) {
    if (!state.report || !state.report->verified) continue;
    const VerifyRecord& record = *state.report->verified;
    const std::string_view depth = record.deep ? "content" : "bytes";
    if (const auto known = value(record))
      text_.sample({{"cluster", state.cluster}, {"depth", depth}}, *known);
  }
}

void Writer::write_clusters() {
  text_.family("walstow_cluster_readable", kGauge,
               "1 if the store could read the state of the cluster for this scrape, else 0.");
  for (const ClusterState& state : clusters_)
    text_.sample({{"cluster", state.cluster}}, state.report ? 1 : 0);
  clusters("walstow_cluster_stored_bytes", "Bytes that the cluster's WAL takes in the archive.",
           [](const ClusterReport& report) { return number(report.stored_bytes); });
  clusters("walstow_cluster_quota_bytes", "The quota of the cluster in bytes, if it has one.",
           [](const ClusterReport& report) -> std::optional<double> {
             if (!report.quota) return std::nullopt;
             return number(*report.quota);
           });
  clusters("walstow_damaged_records",
           "Records that cannot be read. Most of them prevent every prune.",
           [](const ClusterReport& report) { return number(report.damaged.size()); });
  clusters("walstow_last_put_timestamp_seconds",
           "When the newest segment of all timelines was put, by the store's clock.",
           [](const ClusterReport& report) -> std::optional<double> {
             const auto newest = newest_put(report);
             if (!newest) return std::nullopt;
             return seconds_since_1970(*newest);
           });
}

void Writer::write_eras() {
  eras("walstow_missing_segments", "Segments that are missing in holes.",
       [](const EraReport& era) { return number(era.missing); });
  eras("walstow_missing_histories", "Timelines that have files, but no readable history file.",
       [](const EraReport& era) { return number(era.missing_histories.size()); });
  eras("walstow_breaks", "Positions where a recovery would end although the log continues.",
       [](const EraReport& era) { return number(era.breaks.size()); });
  eras("walstow_conflicts", "Files with other content that await an administrator's decision.",
       [](const EraReport& era) { return number(era.conflicts); });
  eras("walstow_withdrawn_files", "Files that administrators have withdrawn.",
       [](const EraReport& era) { return number(era.withdrawn); });
  eras("walstow_forked_timelines", "1 if the timeline in use is not the highest one, else 0.",
       [](const EraReport& era) { return era.forked ? 1.0 : 0.0; });
  eras("walstow_shared_timelines",
       "Timelines that one server opened while another one continued their parent.",
       [](const EraReport& era) { return number(era.branches.size()); });
  eras("walstow_newer_release",
       "1 if the newest segment is from a PostgreSQL release that the store does not know, else 0.",
       [](const EraReport& era) { return era.newer_magic.empty() ? 0.0 : 1.0; });
  eras("walstow_backups", "Base backups that the archive knows.", [](const EraReport& era) {
    std::uint64_t backups = 0;
    for (const TimelineReport& timeline : era.timelines)
      backups += timeline.backups;
    return number(backups);
  });
  eras("walstow_newest_backup_timestamp_seconds", "When the newest base backup ended.",
       [](const EraReport& era) -> std::optional<double> {
         std::optional<Time> newest;
         for (const TimelineReport& timeline : era.timelines) {
           for (const BackupReport& backup : timeline.backup_files)
             newest = std::max(newest, std::optional(backup.stopped));
         }
         if (!newest) return std::nullopt;
         return seconds_since_1970(*newest);
       });
}

void Writer::write_recoverable() {
  const auto seconds = [](TimeMicro time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
  };
  eras("walstow_recoverable_from_timestamp_seconds",
       "The earliest moment to which the archive can certainly be recovered, along the timeline in "
       "use.",
       [seconds](const EraReport& era) -> std::optional<double> {
         return era.recoverable ? std::optional(seconds(era.recoverable->from)) : std::nullopt;
       });
  eras("walstow_recoverable_to_timestamp_seconds",
       "The latest such moment. It does not change while no transaction is archived.",
       [seconds](const EraReport& era) -> std::optional<double> {
         if (!era.recoverable || !era.recoverable->to) return std::nullopt;
         return seconds(*era.recoverable->to);
       });
}

void Writer::write_timelines() {
  timelines("walstow_timeline_end_lsn_bytes",
            "The LSN at which the timeline's newest segment ends, as a number of bytes.",
            [](const TimelineReport& timeline, SegmentSize size) -> std::optional<double> {
              const auto end = end_of(timeline, size);
              if (!end) return std::nullopt;
              return number(end->value);
            });
  timelines("walstow_timeline_last_put_timestamp_seconds",
            "When the timeline's newest segment was put, by the store's clock.",
            [](const TimelineReport& timeline, SegmentSize) -> std::optional<double> {
              if (!timeline.newest) return std::nullopt;
              return seconds_since_1970(*timeline.newest);
            });
  timelines("walstow_timeline_segments", "Segments of the timeline in the archive.",
            [](const TimelineReport& timeline, SegmentSize) { return number(timeline.segments); });
  timelines("walstow_timeline_holes",
            "Gaps between the timeline's segments, except those that a prune left.",
            [](const TimelineReport& timeline, SegmentSize) {
              const std::uint64_t ranges = timeline.ranges.size() + timeline.ranges_left_out;
              return number(ranges - std::min<std::uint64_t>(ranges, 1 + timeline.pruned_gaps));
            });
  timelines("walstow_timeline_raw_bytes", "Bytes of the timeline's segments, uncompressed.",
            [](const TimelineReport& timeline, SegmentSize) { return number(timeline.raw_bytes); });
  timelines(
      "walstow_timeline_stored_bytes", "Bytes that the timeline's files take in the archive.",
      [](const TimelineReport& timeline, SegmentSize) { return number(timeline.stored_bytes); });
}

void Writer::write_retention() {
  retention("walstow_prune_policy", "1 if the store prunes the cluster by a policy, else 0.",
            [](const RetentionReport& one) { return one.policy ? 1.0 : 0.0; });
  retention("walstow_prune_floor_lsn_bytes",
            "The LSN below which nothing is needed, as a number of bytes.",
            [](const RetentionReport& one) -> std::optional<double> {
              const auto floor = parse_lsn(one.floor);
              if (!floor) return std::nullopt;
              return number(floor->value);
            });
  text_.family("walstow_prune_floor_info", kGauge,
               "1; the label \"reason\" names the backup, standby or hold that sets the floor.");
  for (const ClusterState& state : clusters_) {
    if (!state.report || state.report->eras.empty()) continue;
    const auto& known = state.report->eras.back().retention;
    if (known && !known->reason.empty())
      text_.sample({{"cluster", state.cluster}, {"reason", known->reason}}, 1);
  }
  retention("walstow_prunable_files", "Files that a prune would delete now.",
            [](const RetentionReport& one) { return number(one.files); });
  retention("walstow_prunable_bytes", "Bytes, as stored, that a prune would delete now.",
            [](const RetentionReport& one) { return number(one.stored_bytes); });
  retention("walstow_clock_doubtful",
            "1 if the store's clock has jumped, so that nothing is pruned by age, else 0.",
            [](const RetentionReport& one) { return one.clock.empty() ? 0.0 : 1.0; });
}

void Writer::write_standbys() {
  standbys("walstow_standby_restartpoint_lsn_bytes",
           "The start of the segment from which the standby needs WAL, as a number of bytes.",
           [](const PositionReport& standby, SegmentSize size) -> std::optional<double> {
             const auto at = segment_named(standby.restartpoint, size);
             if (!at) return std::nullopt;
             return number(start_of(*at, size).value);
           });
  standbys("walstow_standby_behind_bytes",
           "The distance from the standby's position to the newest segment of its timeline.",
           [](const PositionReport& standby, SegmentSize) -> std::optional<double> {
             if (!standby.behind_bytes) return std::nullopt;
             return number(*standby.behind_bytes);
           });
  standbys("walstow_standby_seen_timestamp_seconds", "When the standby last sent a request.",
           [](const PositionReport& standby, SegmentSize) -> std::optional<double> {
             if (!standby.seen) return std::nullopt;
             return seconds_since_1970(*standby.seen);
           });
  standbys(
      "walstow_standby_shared", "Other data directories that report under the standby's id.",
      [](const PositionReport& standby, SegmentSize) { return number(standby.others.size()); });
}

void Writer::write_verification() {
  verification("walstow_verified_timestamp_seconds",
               "When the last complete verification of the cluster ended.",
               [](const VerifyRecord& record) { return seconds_since_1970(record.ended); });
  verification("walstow_verified_objects", "Objects that the last complete verification read.",
               [](const VerifyRecord& record) { return number(record.objects); });
  verification("walstow_verified_problems",
               "Objects with a problem that the last complete verification found.",
               [](const VerifyRecord& record) { return number(record.problems); });
}

void Writer::write() {
  write_clusters();
  write_eras();
  write_recoverable();
  write_timelines();
  write_retention();
  write_standbys();
  write_verification();
}

}  // namespace

void write_cluster_metrics(MetricText& text, const std::vector<ClusterState>& clusters) {
  Writer(text, clusters).write();
}

}  // namespace walstow
