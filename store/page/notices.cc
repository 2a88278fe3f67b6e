#include "store/page/notices.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/size_text.h"
#include "proto/base/suggestion.h"
#include "proto/pgdata/certificate_warning.h"
#include "proto/wire/report_facts.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

constexpr std::uint64_t kQuotaPercent = 85;
constexpr std::uint64_t kFullPercent = 100;
constexpr std::chrono::hours kLongestWithoutPut{1};
constexpr std::chrono::hours kLongestSilence{3};
constexpr std::uint64_t kFarBehind = std::uint64_t{5} << 30;  // bytes
constexpr std::uint64_t kLeastFreePercent = 5;
constexpr std::chrono::days kCertificateEndsSoon{7};
constexpr std::chrono::days kVerificationIsOld{35};
constexpr std::chrono::minutes kSnapshotIsOld{5};
constexpr std::size_t kMostCertificatesNamed = 10;
constexpr std::chrono::minutes kRecently{10};
// A server that has put so many files within an hour, and then none for this long, and for many
// times its usual pause, has stopped.
constexpr std::uint64_t kLeastPuts = 12;
constexpr std::chrono::seconds kLeastSilence{60};
constexpr int kManyTimes = 10;
constexpr std::ptrdiff_t kIntervalsOfAnHour = std::chrono::hours(1) / RecentRates::kInterval;

class Notices {
 public:
  explicit Notices(Time now) : now_(now) {}

  void of_store(const ArchiveSnapshot& state);
  void of_daemon(const DaemonState& daemon);
  void of_cluster(const ClusterState& state);
  void no_archive();
  // What only a store that runs for some time can know.
  void of_refused_connections(const NoticeFacts& facts);
  void of_requests(const ClusterState& state, const NoticeFacts& facts);

  std::vector<Notice> take();

 private:
  void add(Notice::Level level, std::string mark, std::string text) {
    add(level, {.mark = std::move(mark), .text = std::move(text)});
  }
  void add(Notice::Level level, Warning warning) {
    notices_.push_back({.level = level, .cluster = cluster_, .warning = std::move(warning)});
  }
  void add_if(Notice::Level level, std::optional<Warning> warning) {
    if (warning) add(level, *std::move(warning));
  }
  std::string ago(Time time) const { return age_text(now_ - time); }

  void certificate(const std::string& whose, Time until);
  void of_clients(const std::vector<ClientReport>& clients);
  void of_era(const EraReport& era);
  void of_newest_put(const ClusterReport& report);
  void of_stopped_puts(const ClusterReport& report, const NoticeFacts& facts);
  void of_standby(const PositionReport& position, std::optional<Time> newest_put);
  void of_unarchived_wal(const ClusterReport& report);
  void of_verification(const ClusterReport& report);

  const Time now_;
  std::string cluster_;
  std::vector<Notice> notices_;
};

constexpr auto kProblem = Notice::Level::kProblem;
constexpr auto kRemark = Notice::Level::kRemark;

void Notices::no_archive() {
  add(kProblem, "NO ARCHIVE",
      ": the store cannot read its archive now. The store's log contains the cause. Nothing is "
      "archived or restored until the archive is available again");
}

void Notices::certificate(const std::string& whose, Time until) {
  if (until - now_ >= kWarnBefore) return;
  const bool soon = until - now_ < kCertificateEndsSoon;
  add(soon ? kProblem : kRemark, "CERTIFICATE",
      until < now_ ? fmt::format(" of {}: it expired on {}", whose, to_iso8601(until))
                   : fmt::format(" of {}: it expires in {}, on {}", whose, age_text(until - now_),
                                 to_iso8601(until)));
}

void Notices::of_daemon(const DaemonState& daemon) {
  if (daemon.certificate_until) certificate("the store", *daemon.certificate_until);
}

// A client without a certificate comes over SSH.
void Notices::of_clients(const std::vector<ClientReport>& clients) {
  std::vector<const ClientReport*> ending;
  for (const ClientReport& client : clients) {
    if (client.certificate_until && *client.certificate_until - now_ < kWarnBefore)
      ending.push_back(&client);
  }
  std::ranges::sort(ending, {}, [](const ClientReport* one) { return *one->certificate_until; });
  const std::size_t named = std::min(ending.size(), kMostCertificatesNamed);
  for (std::size_t i = 0; i < named; ++i)
    certificate(fmt::format("client {}", ending[i]->client), *ending[i]->certificate_until);
  if (ending.size() > named) {
    add(kRemark, "CERTIFICATES",
        fmt::format(" of {} expire soon, too", counted(ending.size() - named, "more client")));
  }
}

void Notices::of_store(const ArchiveSnapshot& state) {
  const MediumStatus& medium = state.medium;
  if (medium.size && medium.available && *medium.size > 0 &&
      *medium.available / std::max<std::uint64_t>(*medium.size / 100, 1) < kLeastFreePercent) {
    add(kProblem, "DISK",
        fmt::format(": {} of {} are free on the archive's file system",
                    size_text(*medium.available), size_text(*medium.size)));
  }
  if (now_ - state.taken > kSnapshotIsOld + 40 * state.took) {
    add(kProblem, "OLD STATE",
        fmt::format(": this page shows the archive as it was {} ago. Reading the archive takes "
                    "longer than before",
                    ago(state.taken)));
  }
  of_clients(state.clients);
}

void Notices::of_era(const EraReport& era) {
  for (Warning& warning : era_warnings(era, cluster_)) {
    const bool is_remark = warning.mark == "NEWER RELEASE";
    add(is_remark ? kRemark : kProblem, std::move(warning));
  }
  for (const WithdrawnReport& file : era.withdrawn_files)
    add_if(kProblem, withdrawal_warning(file, cluster_));
  if (era.retention) add_if(kRemark, clock_warning(*era.retention));
}

void Notices::of_newest_put(const ClusterReport& report) {
  const auto newest = newest_put(report);
  if (!newest) {
    add(kRemark, "EMPTY", ": nothing has been archived yet");
  } else if (now_ - *newest > kLongestWithoutPut) {
    add(kRemark, "NO NEW WAL",
        fmt::format(" for {}. The primary is idle or down, or its archive_command fails",
                    ago(*newest)));
  }
}

// Two times of the store are compared, so that an idle cluster makes no standby silent.
void Notices::of_standby(const PositionReport& position, std::optional<Time> newest_put) {
  if (position.retired) return;
  const std::string& name = name_of(position);
  if (auto shared = shared_warning(position)) {
    shared->text =
        fmt::format(", standby {}:{}. {}", name, shared->text, shared_hint(position, cluster_));
    add(kRemark, *std::move(shared));
  }
  if (position.seen && newest_put && *newest_put - *position.seen > kLongestSilence) {
    add(kRemark, "SILENT",
        fmt::format(": standby {} has sent no request for {}. Its position keeps WAL from being "
                    "pruned. If it never returns: {}",
                    foreign_text(name), ago(*position.seen),
                    suggestion({"standby", "forget", cluster_, position.instance})));
  }
  if (position.behind_bytes.value_or(0) > kFarBehind) {
    add(kRemark, "FAR BEHIND",
        fmt::format(": standby {} is {} behind the newest segment of its timeline",
                    foreign_text(name), size_text(*position.behind_bytes)));
  }
}

// A standby that streams has WAL that lies beyond the end of the archive.
void Notices::of_unarchived_wal(const ClusterReport& report) {
  if (report.eras.empty()) return;
  const EraReport& era = report.eras.back();
  const auto name = parse_era_name(era.era);
  const auto known_size = segment_size_of(era);
  if (!name || !known_size) return;
  const SegmentSize size = *known_size;
  Lsn end;
  for (const TimelineReport& timeline : era.timelines)
    end = std::max(end, end_of(timeline, size).value_or(Lsn()));
  for (const PositionReport& position : report.positions) {
    if (position.retired || position.system != std::to_string(name->system_identifier)) continue;
    const auto segment = segment_named(position.restartpoint, size);
    if (!segment || start_of(*segment, size) <= end) continue;
    add(kProblem, "NOT ARCHIVED",
        fmt::format(": standby {} has received WAL that the archive does not have. So the primary "
                    "writes WAL and does not archive it: look at its pg_stat_archiver and its log",
                    foreign_text(name_of(position))));
  }
}

void Notices::of_verification(const ClusterReport& report) {
  const auto& record = report.verified;
  const std::string verify = suggestion({"verify", cluster_, "--deep"});
  if (record && record->problems > 0) {
    add(kProblem, "VERIFICATION",
        fmt::format(": the last one found {}. {} names each, with the next step",
                    counted(record->problems, "problem"), verify));
  } else if (record && now_ - record->ended > kVerificationIsOld) {
    add(kRemark, "VERIFICATION",
        fmt::format(": the last complete one ended {} ago. Run {}", ago(record->ended), verify));
  }
}

void Notices::of_refused_connections(const NoticeFacts& facts) {
  const auto last = facts.requests.last_refused_connection();
  if (!last || facts.clock - last->at > kRecently) return;
  add(kRemark, "REFUSED CONNECTIONS",
      fmt::format(": the last one {} ago, with \"{}\".{} The store's log names the client and its "
                  "address",
                  age_text(facts.clock - last->at), info_of(last->code).text,
                  last->code == Code::kUnknownClient
                      ? " That client is not in the registry, or uses another key. If it is a "
                        "server, its WAL is not archived."
                      : ""));
}

void Notices::of_requests(const ClusterState& state, const NoticeFacts& facts) {
  cluster_ = state.cluster;
  if (const auto last = facts.requests.last_refused(state.cluster);
      last && facts.clock - last->at <= kRecently) {
    add(kRemark, "REFUSED",
        fmt::format(": a request {} ago, with \"{}\". The store's log contains the reason, the "
                    "client and the next step",
                    age_text(facts.clock - last->at), info_of(last->code).text));
  }
  if (state.report) of_stopped_puts(*state.report, facts);
}

// A server that archives often and then stops is noticed long before kLongestWithoutPut.
void Notices::of_stopped_puts(const ClusterReport& report, const NoticeFacts& facts) {
  const auto newest = newest_put(report);
  if (!newest || now_ - *newest > kLongestWithoutPut) return;
  const auto samples = facts.requests.recent(report.cluster, facts.clock);
  std::uint64_t puts = 0;
  for (auto sample = samples.end() - kIntervalsOfAnHour; sample != samples.end(); ++sample)
    puts += sample->puts;
  if (puts < kLeastPuts) return;
  const Time::duration counted_for =
      std::min<Time::duration>(std::chrono::hours(1), now_ - facts.requests.counts_since());
  // The clock has been set back, so nobody knows the usual pause.
  if (counted_for < Time::duration::zero()) return;
  const Time::duration usual = counted_for / static_cast<std::int64_t>(puts);
  if (now_ - *newest <= std::max<Time::duration>(kLeastSilence, kManyTimes * usual)) return;
  add(kRemark, "NO NEW WAL",
      fmt::format(" for {}, although the store has received {} files within the last {}. The "
                  "primary is idle or down, or its archive_command fails",
                  ago(*newest), puts, age_text(counted_for)));
}

void Notices::of_cluster(const ClusterState& state) {
  cluster_ = state.cluster;
  if (!state.report) {
    add(kProblem, "NOT READABLE",
        ": the store could not read the cluster's state. The store's log contains the cause");
    return;
  }
  const ClusterReport& report = *state.report;
  const auto full = quota_warning(report, kFullPercent);
  add_if(full ? kProblem : kRemark, quota_warning(report, kQuotaPercent));
  for (const EraReport& era : report.eras)
    of_era(era);
  for (const std::string& record : report.damaged)
    add(kProblem, damaged_warning(record));
  of_newest_put(report);
  const auto newest = newest_put(report);
  for (const PositionReport& position : report.positions)
    of_standby(position, newest);
  of_unarchived_wal(report);
  of_verification(report);
}

std::vector<Notice> Notices::take() {
  std::ranges::stable_sort(notices_, {}, &Notice::level);
  return std::move(notices_);
}

}  // namespace

std::vector<Notice> notices_of(const NoticeFacts& facts) {
  Notices notices(facts.now);
  if (facts.snapshot == nullptr) {
    notices.no_archive();
  } else {
    notices.of_store(*facts.snapshot);
  }
  if (facts.daemon != nullptr) notices.of_daemon(*facts.daemon);
  notices.of_refused_connections(facts);
  if (facts.snapshot != nullptr) {
    for (const ClusterState& cluster : facts.snapshot->clusters) {
      notices.of_cluster(cluster);
      notices.of_requests(cluster, facts);
    }
  }
  return notices.take();
}

std::vector<Notice> cluster_notices(const ClusterReport& report, Time now) {
  Notices notices(now);
  notices.of_cluster({.cluster = report.cluster, .report = report});
  return notices.take();
}

}  // namespace walstow
