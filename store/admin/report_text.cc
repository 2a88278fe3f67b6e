#include "store/admin/report_text.h"

#include <array>
#include <fmt/format.h>

#include "proto/base/size_text.h"
#include "proto/base/suggestion.h"
#include "proto/base/wrapped_text.h"
#include "proto/identity/ssh_public_key.h"
#include "proto/pgdata/certificate_warning.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

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
    mark = "  EXPIRED";
  } else if (until - now < kWarnBefore) {
    mark = "  EXPIRES SOON";
  }
  return fmt::format("  certificate until {}{}\n", to_iso8601(until), mark);
}

}  // namespace

std::string clusters_text(const std::vector<ClusterSummary>& clusters) {
  if (clusters.empty())
    return fmt::format("no clusters yet; create one with {}\n",
                       suggestion({"cluster", "create", "main"}));
  std::string text;
  for (const ClusterSummary& cluster : clusters) {
    text += fmt::format(
        "{:<32}  {}\n", cluster.cluster,
        cluster.newest_era.empty() ? "nothing has been archived yet" : cluster.newest_era);
  }
  return text;
}

// The longest name is that of an incomplete segment: 48 characters.
std::string file_text(const FileEntry& file) {
  return fmt::format("{:<48} {:>10} {}\n", file.name, size_text(file.stored_size),
                     to_iso8601(file.put));
}

std::string hole_text(const HoleReport& hole) {
  return fmt::format("{} .. {}  {} missing\n", hole.first, hole.last, hole.count);
}

std::string problem_text(const VerifyProblem& problem) {
  const std::string& name = problem.file.empty() ? problem.object : problem.file;
  return fmt::format("{:<11} {}\n", to_string(problem.kind), name) +
         wrapped(problem.problem, kTextColumns, "            ");
}

std::string set_aside_text(const SetAsideReport& report) {
  const bool aside = report.result == SetAsideReport::Result::kAside;
  return fmt::format("{:<11} {}\n", aside ? "quarantined" : "kept", report.object) +
         wrapped(report.reason, kTextColumns, "            ");
}

std::string conflicts_text(const std::vector<ConflictReport>& conflicts) {
  if (conflicts.empty()) return "no other versions are kept\n";
  std::string text;
  for (const ConflictReport& conflict : conflicts) {
    text +=
        fmt::format("{}  {}  {}\n", conflict.file, conflict.digest.substr(0, 12), conflict.state);
    text += fmt::format("  of client {}, put {}, {} stored\n", foreign_text(conflict.client),
                        to_iso8601(conflict.put), size_text(conflict.stored_size));
    if (conflict.standing.empty()) {
      text += "  the file has no current version\n";
    } else {
      text += fmt::format("  current version: {}, from client {}\n",
                          conflict.standing.substr(0, 12), foreign_text(conflict.standing_client));
    }
    if (conflict.differs_at.empty()) continue;
    text += fmt::format("  they differ from {} onward; the first ends at {}, the second at {}\n",
                        conflict.differs_at, conflict.ends_at, conflict.standing_ends_at);
  }
  return text;
}

std::string withdrawn_text(const WithdrawnReport& report) {
  std::string text = fmt::format("{}\n", report.name);
  const auto add = [&text](const std::string& line) { text += wrapped(line, kTextColumns, "  "); };
  add(fmt::format("digest {}", report.digest));
  if (report.state == "unreadable") {
    add("withdrawn, but the record of the withdrawal cannot be read: withdraw the file once more, "
        "or undo the withdrawal with --undo");
    return text;
  }
  add(fmt::format("put by client {} on {}, {} stored", foreign_text(report.client),
                  to_iso8601(report.put), size_text(report.stored_size)));
  if (report.state == "standing") return text;
  add(fmt::format("withdrawn by {} on {}: {}", foreign_text(report.by), to_iso8601(report.at),
                  foreign_text(report.reason)));
  if (report.state == "unfinished") add("it still has the name: withdraw it again");
  if (report.state == "purged") add("it is permanently deleted; puts of it are still refused");
  if (report.state == "returning") add("it is being returned: repeat --undo to complete that");
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
      report.newest_era.empty() ? "none, nothing has been archived yet" : report.newest_era);
}

}  // namespace walstow
