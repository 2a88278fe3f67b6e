// `walstow check`: whether the store answers and keeps files, the state of the cluster, and, with
// --pgdata, whether the server on this host archives and can restore.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fmt/format.h>
#include <functional>
#include <iterator>
#include <optional>
#include <unistd.h>

#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/client/client.h"
#include "proto/link/executables.h"
#include "proto/pgdata/certificate_warning.h"
#include "proto/program/exit_code.h"
#include "proto/wire/json_fields.h"
#include "store/admin/check/check_metrics.h"
#include "store/admin/check/nagios_text.h"
#include "store/admin/check/server_check.h"
#include "store/admin/commands.h"
#include "store/admin/report_text.h"
#include "store/admin/restore_setting.h"
#include "store/page/notices.h"

namespace walstow {
namespace {

// A scheduler of checks gives up after a minute, so all of it takes less.
constexpr Duration kWholeCheck{45'000};
// A store may have to read a large archive before it knows the state of a cluster.
constexpr Duration kClusterState{20'000};

constexpr Option kPgdataOption{"-D,--pgdata", "DIR", "also check the server in this data directory",
                               ValueType::kFolder};
constexpr Option kWarningOption{"-w,--warning", "TIME",
                                "warn if a file has waited this long to be archived (10min)"};
constexpr Option kCriticalOption{"-c,--critical", "TIME",
                                 "fail if a file has waited this long to be archived (1h)"};

std::chrono::seconds time_option(const CommandContext& call, std::string_view name,
                                 std::chrono::seconds otherwise) {
  return std::chrono::duration_cast<std::chrono::seconds>(call.duration(name).value_or(otherwise));
}

struct StoreAnswer {
  std::string json;
  std::string text;
};

void add_certificate(Time until, Time now, CheckResult& result) {
  const double left = std::chrono::duration<double>(until - now).count();
  constexpr double kWarning = std::chrono::duration<double>(kWarnBefore).count();
  constexpr double kCritical = std::chrono::duration<double>(std::chrono::days(7)).count();
  const Severity severity = left < kCritical  ? Severity::kCritical
                            : left < kWarning ? Severity::kWarning
                                              : Severity::kOk;
  result.add(severity, CheckedPart::kCertificate,
             fmt::format("this client's certificate expires on {}", to_iso8601(until)),
             severity == Severity::kOk ? "" : std::string(kRenewHint));
  result.measures.push_back({"certificate", left, "s"});
}

boost::json::object to_json(const CheckFinding& finding) {
  boost::json::object json{{"severity", to_string(finding.severity)}, {"text", finding.text}};
  if (!finding.hint.empty()) json["hint"] = finding.hint;
  return json;
}

// The store's own answer, with the findings and measures added.
std::string to_json(const StoreAnswer& answer, const CheckResult& result) {
  boost::json::object json = parse_json_object(answer.json).value();
  boost::json::array findings;
  for (const CheckFinding& finding : result.findings)
    findings.push_back(to_json(finding));
  json["findings"] = std::move(findings);
  boost::json::object measures;
  for (const Measure& measure : result.measures)
    measures[measure.name] = measure.value;
  json["measures"] = std::move(measures);
  return to_line(json);
}

// Findings that need somebody go to standard error, as all other messages do.
void print_text(const StoreAnswer& answer, const CheckResult& result) {
  std::string text = answer.text;
  for (const CheckFinding& finding : result.findings) {
    if (finding.severity == Severity::kOk) text += fmt::format("  {}\n", finding.text);
  }
  print(text);
  for (const CheckFinding& finding : result.findings) {
    if (finding.severity == Severity::kOk) continue;
    log_line(finding.severity == Severity::kCritical ? LogLevel::kError : LogLevel::kWarning,
             finding.text, finding.hint);
  }
}

// Of the highest timeline that has one. "": none.
std::string newest_segment(const ClusterReport& report) {
  if (report.eras.empty()) return "";
  const auto& timelines = report.eras.back().timelines;
  for (auto timeline = timelines.rbegin(); timeline != timelines.rend(); ++timeline) {
    if (!timeline->ranges.empty()) return timeline->ranges.back().last;
  }
  return "";
}

// The parts of a check. Each adds its findings, or throws the Error that prevents it.
class Check {
 public:
  explicit Check(const CommandContext& call)
      : call_(call),
        pgdata_(call.command.option("pgdata")),
        cluster_(call.valid_cluster()),
        limits_{.warning = time_option(call, "warning", WaitLimits{}.warning),
                .critical = time_option(call, "critical", WaitLimits{}.critical)} {}

  void become_owner() {
    if (!pgdata_.empty()) folder_ = open_as_its_owner(pgdata_);
  }
  void ask_store();
  void ask_cluster();
  void examine_server();

  const StoreAnswer& answer() const { return answer_; }
  CheckResult& result() { return result_; }

 private:
  const CommandContext& call_;
  const std::string pgdata_;
  const std::string cluster_;
  Descriptor folder_;  // the data directory
  const WaitLimits limits_;
  const Deadline deadline_ = Deadline::after(kWholeCheck);
  StoreAnswer answer_;
  std::string newest_archived_;
  CheckResult result_;
};

void Check::ask_store() {
  Client client = call_.client();
  const Clock::time_point begin = Clock::now();
  answer_.json = client.ask(CheckStore{cluster_}, patience());
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  answer_.text = check_text(parse_check_report(answer_.json));
  result_.add(Severity::kOk, CheckedPart::kStore,
              fmt::format("the store answered in {:.2f} s", took));
  result_.measures.push_back({"store", took, "s"});
  if (const auto until = client.certificate_until()) {
    add_certificate(*until, std::chrono::system_clock::now(), result_);
  }
}

// A client that may only archive cannot see the state.
void Check::ask_cluster() {
  Client client = call_.client();
  std::string json;
  try {
    const Patience patience{.give_up = Deadline::after(kClusterState), .on_failure = {}};
    json = client.ask(ClusterStatus{cluster_}, patience);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kRefused) throw;
    result_.add(Severity::kOk, CheckedPart::kCluster,
                fmt::format("the cluster's state was not examined: {}", error.what()));
    return;
  }
  const ClusterReport report = parse_cluster_report(json);
  newest_archived_ = newest_segment(report);
  const auto notices = cluster_notices(report, std::chrono::system_clock::now());
  for (const Notice& notice : notices) {
    // A new cluster is empty, and the files that wait tell more of a server than its last put does.
    const std::string& mark = notice.warning.mark;
    if (mark == "EMPTY" || (!pgdata_.empty() && mark == "NO NEW WAL")) continue;
    const bool is_problem = notice.level == Notice::Level::kProblem;
    result_.add(is_problem ? Severity::kCritical : Severity::kWarning, CheckedPart::kCluster,
                completed(notice.warning.mark + notice.warning.text, call_.reach()));
  }
}

void Check::examine_server() {
  if (pgdata_.empty()) return;
  const std::string restore =
      restore_setting(sibling_executable("walstow-restore"), call_.reach().options, cluster_);
  // From here on, nothing uses a relative path of the caller's.
  if (fchdir(folder_.get()) != 0) throw_system_error("could not enter the data directory", errno);
  check_server({.newest_archived = newest_archived_,
                .own_restore_command = restore,
                .archive = {.store = call_.settings.text("store"), .cluster = cluster_},
                .limits = limits_,
                .deadline = deadline_},
               result_);
}

// An Error of one part is a finding, and the other parts are examined nevertheless, so that a
// program receives everything that is wrong at once.
CheckResult check_for_program(const CommandContext& call) {
  CheckResult result;
  const auto part = [&result](CheckedPart which, const std::function<void()>& examine) {
    try {
      examine();
      return true;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kFatal) throw;
      const bool is_wrong_call = error.kind() == ErrorKind::kUsage;
      result.add(is_wrong_call ? Severity::kUnknown : Severity::kCritical, which, error.what(),
                 error.hint());
      return false;
    }
  };
  std::optional<Check> check;
  if (part(CheckedPart::kSettings, [&] { check.emplace(call).become_owner(); })) {
    // A store that does not answer is not asked twice.
    if (part(CheckedPart::kStore, [&] { check->ask_store(); })) {
      part(CheckedPart::kCluster, [&] { check->ask_cluster(); });
    }
    part(CheckedPart::kSettings, [&] { check->examine_server(); });
    CheckResult& found = check->result();
    std::ranges::move(found.findings, std::back_inserter(result.findings));
    result.measures = std::move(found.measures);
  }
  return result;
}

// "": none was given, which is one of the findings.
std::string cluster_label(const CommandContext& call) {
  const std::string given = call.command.positional("CLUSTER");
  return given.empty() && call.settings.has("cluster") ? call.settings.text("cluster") : given;
}

int check(const CommandContext& call) {
  const std::string output = call.settings.text("output");
  if (output == "nagios") {
    const CheckResult result = check_for_program(call);
    print(nagios_text(cluster_label(call), result));
    return nagios_code(result.worst());
  }
  if (output == "prometheus") {
    print(check_metrics(cluster_label(call), check_for_program(call),
                        std::chrono::system_clock::now()));
    return exit_code::kDone;
  }
  Check check(call);
  check.become_owner();
  check.ask_store();
  check.ask_cluster();
  check.examine_server();
  if (call.json()) {
    print(to_json(check.answer(), check.result()));
  } else {
    print_text(check.answer(), check.result());
  }
  return check.result().worst() == Severity::kCritical ? exit_code::kFailed : exit_code::kDone;
}

}  // namespace

std::vector<AdminCommand> check_commands() {
  return {
      {{"check",
        "check that the store keeps and returns a file; with --pgdata, that the server here "
        "archives and can restore",
        {kPgdataOption, kWarningOption, kCriticalOption},
        {kOptionalClusterArgument},
        {{"Check the store and the server, for Nagios",
          "walstow check --pgdata /var/lib/postgresql/15/main --output nagios"}}},
       check},
  };
}

}  // namespace walstow
