#include "proto/wire/report.h"
#include "proto/wire/report_reader.h"

namespace walstow {
namespace {

SegmentRange read_range(const ReportReader& reader) {
  return {
      .first = reader.text("first"), .last = reader.text("last"), .count = reader.number("count")};
}

TimelineReport read_timeline(const ReportReader& reader) {
  return {.timeline = reader.small_number("timeline"),
          .parent = reader.small_number_or_null("parent"),
          .left_parent_at = reader.text("left_parent_at"),
          .ranges = reader.objects("ranges", read_range),
          .ranges_left_out = reader.number("ranges_left_out"),
          .segments = reader.number("segments"),
          .raw_bytes = reader.number("raw_bytes"),
          .stored_bytes = reader.number("stored_bytes"),
          .partials = reader.number("partials"),
          .incompletes = reader.number("incompletes"),
          .backups = reader.number("backups"),
          .newest = reader.time_or_null("newest"),
          .backup_files = reader.objects_or_none("backup_files", read_backup),
          .pruned_gaps = reader.number_or_0("pruned_gaps")};
}

BreakReport read_break(const ReportReader& reader) {
  return {.file = reader.text("file"),
          .before = reader.text_or_empty("before"),
          .at = reader.text("at")};
}

ForkedTimeline read_forked(const ReportReader& reader) {
  return {.highest = reader.small_number("highest"),
          .in_use = reader.small_number("in_use"),
          .left_at = reader.text("left_at")};
}

RecoverableReport read_recoverable(const ReportReader& reader) {
  return {.backup = reader.text("backup"),
          .timeline = reader.small_number("timeline"),
          .from = reader.time_micro("from"),
          .to = reader.time_micro_or_null("to"),
          .end = reader.text("end"),
          .missing = reader.text("missing")};
}

BranchReport read_branch(const ReportReader& reader) {
  return {.timeline = reader.small_number("timeline"),
          .parent = reader.small_number("parent"),
          .left_at = reader.text("left_at"),
          .client = reader.text("client"),
          .instance = reader.text("instance"),
          .put = reader.time("put"),
          .other_client = reader.text("other_client"),
          .other_instance = reader.text("other_instance"),
          .newest = reader.text("newest"),
          .segments = reader.number("segments"),
          .more = reader.truth("more")};
}

EraReport read_era(const ReportReader& reader) {
  return {.era = reader.text("era"),
          .timelines = reader.objects("timelines", read_timeline),
          .histories = reader.number("histories"),
          .conflicts = reader.number("conflicts"),
          .missing = reader.number_or_0("missing"),
          .withdrawn = reader.number_or_0("withdrawn"),
          .missing_histories = reader.texts_or_none("missing_histories"),
          .newer_magic = reader.text_or_empty("newer_magic"),
          .breaks = reader.objects_or_none("breaks", read_break),
          .more_breaks = reader.truth_or_false("more_breaks"),
          .forked = reader.optional_object("forked", read_forked),
          .holes = reader.objects_or_none("holes", read_hole),
          .retention = reader.optional_object("retention", read_retention),
          .recoverable = reader.optional_object("recoverable", read_recoverable),
          .withdrawn_files = reader.objects_or_none("withdrawn_files", read_withdrawn),
          .branches = reader.objects_or_none("branches", read_branch)};
}

SharedPosition read_shared(const ReportReader& reader) {
  return {.restartpoint = reader.text("restartpoint"),
          .lowest_handed = reader.text("lowest_handed"),
          .last_handed = reader.text("last_handed"),
          .seen = reader.time_or_null("seen")};
}

PositionReport read_position(const ReportReader& reader) {
  return {.client = reader.text("client"),
          .instance = reader.text("instance"),
          .standby = reader.text("standby"),
          .host = reader.text("host"),
          .system = reader.text("system"),
          .restartpoint = reader.text("restartpoint"),
          .lowest_handed = reader.text("lowest_handed"),
          .last_handed = reader.text("last_handed"),
          .seen = reader.time_or_null("seen"),
          .retired = reader.truth("retired"),
          .behind_segments = reader.optional_number("behind_segments"),
          .behind_bytes = reader.optional_number("behind_bytes"),
          .others = reader.objects_or_none("others", read_shared)};
}

ClusterSummary read_summary(const ReportReader& reader) {
  return {.cluster = reader.text("cluster"),
          .newest_era = reader.text("newest_era"),
          .eras = reader.small_number("eras")};
}

ConflictReport read_conflict(const ReportReader& reader) {
  return {.era = reader.text("era"),
          .file = reader.text("file"),
          .digest = reader.text("digest"),
          .state = reader.text("state"),
          .client = reader.text("client"),
          .put = reader.time("put"),
          .stored_size = reader.number("stored_size"),
          .standing = reader.text("standing"),
          .standing_client = reader.text("standing_client"),
          .differs_at = reader.text("differs_at"),
          .ends_at = reader.text("ends_at"),
          .standing_ends_at = reader.text("standing_ends_at")};
}

VerifyRecord read_verified(const ReportReader& reader) {
  return {.ended = reader.time("ended"),
          .deep = reader.truth("deep"),
          .objects = reader.number("objects"),
          .problems = reader.number("problems"),
          .by = reader.text("by")};
}

PutReport read_put(const ReportReader& reader) {
  return {.archive = reader.text("archive"),
          .era = reader.text("era"),
          .name = reader.text("name"),
          .digest = reader.text("digest"),
          .raw_size = reader.number("raw_size"),
          .stored_size = reader.number("stored_size"),
          .warning = reader.text_or_empty("warning")};
}

ClientReport read_client(const ReportReader& reader) {
  return {.client = reader.text("client"),
          .public_key = reader.text("public_key"),
          .fingerprint = reader.text("fingerprint"),
          .grants = reader.grants("grants"),
          .certificate_until = reader.time_or_null("certificate_until"),
          .added = reader.time("added")};
}

FileEntry read_entry(const ReportReader& reader) {
  return {.era = reader.text("era"),
          .name = reader.text("name"),
          .stored_size = reader.number("stored_size"),
          .put = reader.time("put")};
}

}  // namespace

PutReport parse_put_report(std::string_view body) {
  const boost::json::object object = parse_report_body(body, "report of a put");
  return read_put(ReportReader(object, "report of a put"));
}

ConfirmReport parse_confirm_report(std::string_view body) {
  const boost::json::object object = parse_report_body(body, "answer about a file");
  const ReportReader reader(object, "answer about a file");
  return {.archived = reader.optional_object("archived", read_put),
          .other_content = reader.truth_or_false("other_content")};
}

ClusterReport parse_cluster_report(std::string_view body) {
  const boost::json::object object = parse_report_body(body, "cluster's status");
  const ReportReader reader(object, "cluster's status");
  return {.archive = reader.text("archive"),
          .cluster = reader.text("cluster"),
          .eras = reader.objects("eras", read_era),
          .positions = reader.objects("positions", read_position),
          .damaged = reader.texts_or_none("damaged"),
          .stored_bytes = reader.number_or_0("stored_bytes"),
          .quota = reader.optional_number("quota"),
          .verified = reader.optional_object("verified", read_verified)};
}

std::vector<ClusterSummary> parse_cluster_summaries(std::string_view body) {
  const boost::json::object object = parse_report_body(body, "list of clusters");
  return ReportReader(object, "list of clusters").objects("clusters", read_summary);
}

FilePage parse_file_page(std::string_view body) {
  const boost::json::object object = parse_report_body(body, "list of files");
  const ReportReader reader(object, "list of files");
  return {.files = reader.objects("files", read_entry), .next = reader.text("next")};
}

WhoamiReport parse_whoami_report(std::string_view body) {
  const boost::json::object object = parse_report_body(body, "whoami");
  const ReportReader reader(object, "whoami");
  return {.archive = reader.text("archive"),
          .name = reader.text("name"),
          .grants = reader.grants("grants"),
          .certificate_until = reader.time_or_null("certificate_until")};
}

CheckReport parse_check_report(std::string_view body) {
  const boost::json::object object = parse_report_body(body, "report of a check");
  const ReportReader reader(object, "report of a check");
  return {.archive = reader.text("archive"),
          .cluster = reader.text("cluster"),
          .publish_microseconds = reader.number("publish_microseconds"),
          .read_microseconds = reader.number("read_microseconds"),
          .newest_era = reader.text("newest_era")};
}

std::vector<ClientReport> parse_client_reports(std::string_view body) {
  const boost::json::object object = parse_report_body(body, "list of clients");
  return ReportReader(object, "list of clients").objects("clients", read_client);
}

std::vector<PositionReport> parse_standby_reports(std::string_view body) {
  const boost::json::object object = parse_report_body(body, "list of standbys");
  return ReportReader(object, "list of standbys").objects("positions", read_position);
}

std::vector<ConflictReport> parse_conflict_reports(std::string_view body) {
  const boost::json::object object = parse_report_body(body, "list of conflicts");
  return ReportReader(object, "list of conflicts").objects("conflicts", read_conflict);
}

}  // namespace walstow
