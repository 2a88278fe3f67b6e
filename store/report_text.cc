#include "store/report_text.h"

#include <array>
#include <fmt/format.h>

#include "proto/codec/ssh_public_key.h"
#include "proto/link/certificate_warning.h"

namespace walstow {
namespace {

// "1 segment", "2 segments"; `width` of the number.
std::string counted(std::uint64_t count, std::string_view noun, int width = 0) {
  return fmt::format("{:>{}} {}{}", count, width, noun, count == 1 ? "" : "s");
}

std::string range_lines(const TimelineReport& timeline) {
  std::string text;
  if (timeline.ranges_left_out > 0) {
    text += fmt::format("      {}, not shown, a hole behind each\n      HOLE\n",
                        counted(timeline.ranges_left_out, "older range"));
  }
  for (std::size_t i = 0; i < timeline.ranges.size(); ++i) {
    const SegmentRange& range = timeline.ranges[i];
    if (i > 0) text += "      HOLE\n";
    text += fmt::format("      {} .. {}  {}\n", range.first, range.last,
                        counted(range.count, "segment", 7));
  }
  return text;
}

std::string size_line(const TimelineReport& timeline) {
  if (timeline.raw_bytes == 0) return "      no segments\n";
  std::string text = fmt::format("      {} raw, {} stored", size_text(timeline.raw_bytes),
                                 size_text(timeline.stored_bytes));
  if (timeline.newest) text += fmt::format("; newest put {}", to_iso8601(*timeline.newest));
  return text + "\n";
}

// Other files than segments; "" for none.
std::string others_line(const TimelineReport& timeline) {
  std::vector<std::string> parts;
  if (timeline.partials > 0) parts.push_back(counted(timeline.partials, "partial segment"));
  if (timeline.incompletes > 0) parts.push_back(counted(timeline.incompletes, "unfinished piece"));
  if (timeline.backups > 0) parts.push_back(counted(timeline.backups, "backup history file"));
  return parts.empty() ? "" : fmt::format("      {}\n", fmt::join(parts, ", "));
}

std::string timeline_lines(const TimelineReport& timeline) {
  std::string origin;
  if (timeline.parent) {
    origin = fmt::format(", left timeline {} at {}", *timeline.parent, timeline.left_parent_at);
  }
  const std::string text = fmt::format("    timeline {}{}\n", timeline.timeline, origin);
  return text + range_lines(timeline) + size_line(timeline) + others_line(timeline);
}

std::string position_lines(const PositionReport& position) {
  const std::string name = position.standby.empty() ? position.instance : position.standby;
  std::string text =
      fmt::format("    {} on {} (client {})\n", name, position.host, position.client);
  if (position.retired) return text + "      archives as a primary now\n";
  if (position.restartpoint.empty()) {
    text += fmt::format(
        "      needs {} on: the lowest file that it was handed\n"
        "      (archive_cleanup_command is missing there, it would say more)\n",
        position.lowest_handed.empty() ? "everything" : position.lowest_handed);
  } else {
    text += fmt::format("      restartpoint {}\n", position.restartpoint);
  }
  return text + fmt::format("      last handed {}, seen {}\n",
                            position.last_handed.empty() ? "nothing" : position.last_handed,
                            position.seen ? to_iso8601(*position.seen) : "never");
}

std::string grant_lines(const Grants& grants) {
  std::string text;
  for (const Grant& grant : grants) {
    std::vector<std::string_view> rights;
    for (const Right right : grant.rights)
      rights.push_back(to_string(right));
    text += fmt::format("  {:<30}  {}\n",
                        grant.cluster == kEveryCluster ? "every cluster" : grant.cluster,
                        fmt::join(rights, ", "));
  }
  return text;
}

std::string certificate_line(Time until, Time now) {
  const char* mark = "";
  if (until < now) {
    mark = "  ENDED";
  } else if (until - now < kWarnBefore) {
    mark = "  ENDS SOON";
  }
  return fmt::format("  certificate until {}{}\n", to_iso8601(until), mark);
}

}  // namespace

std::string size_text(std::uint64_t bytes) {
  static constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB", "PB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits.at(unit));
}

std::string clusters_text(const std::vector<ClusterSummary>& clusters) {
  if (clusters.empty()) return "no clusters yet; make one with \"walstow cluster create NAME\"\n";
  std::string text;
  for (const ClusterSummary& cluster : clusters) {
    text += fmt::format("{:<32}  {}\n", cluster.cluster,
                        cluster.newest_era.empty() ? "nothing archived yet" : cluster.newest_era);
  }
  return text;
}

std::string cluster_text(const ClusterReport& report) {
  std::string text = fmt::format("cluster {} in archive {}\n", report.cluster, report.archive);
  if (report.eras.empty()) text += "  nothing archived yet\n";
  for (const EraReport& era : report.eras) {
    text += fmt::format("  era {}\n", era.era);
    for (const TimelineReport& timeline : era.timelines)
      text += timeline_lines(timeline);
    if (era.conflicts > 0) {
      text += fmt::format("    {} for your decision: \"walstow conflict list {}\"\n",
                          counted(era.conflicts, "content"), report.cluster);
    }
  }
  if (!report.positions.empty()) text += "  standbys\n";
  for (const PositionReport& position : report.positions)
    text += position_lines(position);
  return text;
}

std::string files_text(const FilePage& page) {
  std::string text;
  for (const FileEntry& file : page.files) {
    text += fmt::format("{:<46}  {:>10}  {}\n", file.name, size_text(file.stored_size),
                        to_iso8601(file.put));
  }
  return text;
}

std::string conflicts_text(const std::vector<ConflictReport>& conflicts) {
  if (conflicts.empty()) return "no other contents are kept\n";
  std::string text;
  for (const ConflictReport& conflict : conflicts) {
    text +=
        fmt::format("{}  {}  {}\n", conflict.file, conflict.digest.substr(0, 12), conflict.state);
    text += fmt::format("  of client {}, put {}, {} stored\n", conflict.client,
                        to_iso8601(conflict.put), size_text(conflict.stored_size));
    if (conflict.standing.empty()) {
      text += "  nothing has the name\n";
    } else {
      text += fmt::format("  {} has the name, of client {}\n", conflict.standing.substr(0, 12),
                          conflict.standing_client);
    }
    if (conflict.differs_at.empty()) continue;
    text += fmt::format("  they differ from {} on; this one ends at {}, that one at {}\n",
                        conflict.differs_at, conflict.ends_at, conflict.standing_ends_at);
  }
  return text;
}

std::string whoami_text(const WhoamiReport& report) {
  std::string text = fmt::format("{} in archive {}\n", report.name, report.archive);
  text += grant_lines(report.grants);
  if (report.certificate_until) {
    text += fmt::format("  certificate until {}\n", to_iso8601(*report.certificate_until));
  }
  return text;
}

std::string registry_text(const std::vector<ClientReport>& clients, Time now) {
  if (clients.empty()) return "no clients\n";
  std::string text;
  for (const ClientReport& client : clients) {
    text += fmt::format("{}\n{}", client.client, grant_lines(client.grants));
    if (client.certificate_until) text += certificate_line(*client.certificate_until, now);
    if (const auto key = ssh_key_of(client.public_key)) {
      text += fmt::format("  {} key {}\n", key->type, ssh_fingerprint(key->blob));
    }
  }
  return text;
}

std::string check_text(const CheckReport& report) {
  return fmt::format(
      "ok: cluster {} in archive {}\n"
      "  a probe was published durably in {:.1f} ms and read back in {:.1f} ms\n"
      "  newest era: {}\n",
      report.cluster, report.archive, static_cast<double>(report.publish_microseconds) / 1000,
      static_cast<double>(report.read_microseconds) / 1000,
      report.newest_era.empty() ? "none, nothing archived yet" : report.newest_era);
}

}  // namespace walstow
