#include "proto/wire/retention_report.h"

#include "proto/wire/json_fields.h"
#include "proto/wire/report_reader.h"

namespace walstow {
namespace {

namespace json = boost::json;
using Reader = ReportReader;

json::string text_value(const std::string& value) {
  return escaped_text(value);
}

json::value hold_value(const HoldReport& hold) {
  json::object object;
  object["id"] = hold.id;
  object["era"] = hold.era;
  object["from"] = hold.from;
  object["to"] = hold.to;
  object["reason"] = escaped_text(hold.reason);
  object["by"] = escaped_text(hold.by);
  object["added"] = to_iso8601(hold.added);
  return object;
}

json::value period_backup_value(const PeriodBackupReport& backup) {
  json::object object;
  object["name"] = backup.name;
  object["put_by"] = escaped_text(backup.put_by);
  object["month"] = backup.month;
  object["year"] = backup.year;
  object["first"] = backup.first;
  object["last"] = backup.last;
  return object;
}

PeriodBackupReport read_period_backup(const Reader& reader) {
  return {.name = reader.text("name"),
          .put_by = reader.text("put_by"),
          .month = reader.text("month"),
          .year = reader.text("year"),
          .first = reader.text("first"),
          .last = reader.text("last")};
}

json::object policy_object(const PolicyReport& report) {
  const PrunePolicy& policy = report.policy;
  json::object object;
  object["keep_backups"] = number_or_null(policy.keep_backups);
  object["keep_days"] = number_or_null(policy.keep_days);
  if (policy.keep_monthly) object["keep_monthly"] = *policy.keep_monthly;
  if (policy.keep_yearly) object["keep_yearly"] = *policy.keep_yearly;
  object["backup_label"] = policy.backup_label;
  object["standby_limit_days"] = number_or_null(policy.standby_limit_days);
  object["by"] = escaped_text(report.by);
  object["set"] = to_iso8601(report.set);
  return object;
}

PolicyReport read_set_policy(const Reader& reader) {
  PolicyReport report;
  report.policy.keep_backups = reader.small_number_or_null("keep_backups");
  report.policy.keep_days = reader.small_number_or_null("keep_days");
  report.policy.keep_monthly = reader.small_number_or_none("keep_monthly");
  report.policy.keep_yearly = reader.small_number_or_none("keep_yearly");
  report.policy.backup_label = reader.text("backup_label");
  report.policy.standby_limit_days = reader.small_number_or_null("standby_limit_days");
  report.by = reader.text("by");
  report.set = reader.time("set");
  return report;
}

HoldReport read_hold(const Reader& reader) {
  return {.id = reader.text("id"),
          .era = reader.text("era"),
          .from = reader.text("from"),
          .to = reader.text("to"),
          .reason = reader.text("reason"),
          .by = reader.text("by"),
          .added = reader.time("added")};
}

}  // namespace

json::object backup_object(const BackupReport& backup) {
  json::object object;
  object["name"] = backup.name;
  object["era"] = backup.era;
  object["timeline"] = backup.timeline;
  object["start"] = backup.start;
  object["stop"] = backup.stop;
  object["first"] = backup.first;
  object["last"] = backup.last;
  object["label"] = escaped_text(backup.label);
  object["started"] = time_or_null(backup.started);
  object["stopped"] = to_iso8601(backup.stopped);
  object["added"] = backup.added;
  object["pruned"] = backup.pruned;
  object["put_by"] = escaped_text(backup.put_by);
  object["put"] = time_or_null(backup.put);
  return object;
}

BackupReport read_backup(const Reader& reader) {
  return {.name = reader.text("name"),
          .era = reader.text("era"),
          .timeline = reader.small_number("timeline"),
          .start = reader.text("start"),
          .stop = reader.text("stop"),
          .first = reader.text("first"),
          .last = reader.text("last"),
          .label = reader.text("label"),
          .started = reader.time_or_null("started"),
          .stopped = reader.time("stopped"),
          .added = reader.truth("added"),
          .pruned = reader.truth("pruned"),
          .put_by = reader.text_or_empty("put_by"),
          .put = reader.optional_time("put")};
}

json::object retention_object(const RetentionReport& retention) {
  json::object object;
  object["policy"] =
      retention.policy ? json::value(policy_object(*retention.policy)) : json::value(nullptr);
  object["floor"] = retention.floor;
  object["reason"] = escaped_text(retention.reason);
  object["notes"] = array_of(retention.notes, text_value);
  object["files"] = retention.files;
  object["stored_bytes"] = retention.stored_bytes;
  object["pruned"] = retention.pruned;
  object["clock"] = escaped_text(retention.clock);
  object["period_backups"] = array_of(retention.period_backups, period_backup_value);
  return object;
}

RetentionReport read_retention(const Reader& reader) {
  return {.policy = reader.optional_object("policy", read_set_policy),
          .floor = reader.text("floor"),
          .reason = reader.text("reason"),
          .notes = reader.texts("notes"),
          .files = reader.number("files"),
          .stored_bytes = reader.number("stored_bytes"),
          .pruned = reader.text("pruned"),
          .clock = reader.text_or_empty("clock"),
          .period_backups = reader.objects_or_none("period_backups", read_period_backup)};
}

std::string to_json(const std::vector<HoldReport>& holds, const std::string& next) {
  return to_page("holds", array_of(holds, hold_value), next);
}

std::string to_json(const std::vector<BackupReport>& backups, const std::string& next) {
  return to_page("backups", array_of(backups, backup_object), next);
}

std::string to_json(const ClusterPolicy& policy) {
  return to_line({{"policy", policy.policy ? json::value(policy_object(*policy.policy))
                                           : json::value(nullptr)},
                  {"quota", number_or_null(policy.quota)}});
}

std::string to_json(const PrunePlanReport& plan) {
  json::object object;
  object["archive"] = plan.archive;
  object["cluster"] = plan.cluster;
  object["era"] = plan.era;
  object["floor"] = plan.floor;
  object["timeline"] = number_or_null(plan.timeline);
  object["reason"] = escaped_text(plan.reason);
  object["notes"] = array_of(plan.notes, text_value);
  object["kept_backups"] = array_of(plan.kept_backups, text_value);
  object["kept_put_by"] = array_of(plan.kept_put_by, text_value);
  object["older_eras"] = array_of(plan.older_eras, text_value);
  object["files"] = plan.files;
  object["stored_bytes"] = plan.stored_bytes;
  object["unfinished"] = plan.unfinished;
  object["period_backups"] = array_of(plan.period_backups, period_backup_value);
  return to_line(object);
}

std::string to_json(const PruneReport& prune) {
  json::object object;
  object["number"] = prune.number;
  object["state"] = prune.state;
  object["floor"] = prune.floor;
  object["timeline"] = number_or_null(prune.timeline);
  object["reason"] = escaped_text(prune.reason);
  object["by"] = escaped_text(prune.by);
  object["begun"] = to_iso8601(prune.begun);
  object["files"] = prune.files;
  object["stored_bytes"] = prune.stored_bytes;
  return to_line(object);
}

std::vector<HoldReport> parse_hold_reports(std::string_view body) {
  const json::object object = parse_report_body(body, "list of holds");
  return Reader(object, "list of holds").objects("holds", read_hold);
}

std::vector<BackupReport> parse_backup_reports(std::string_view body) {
  const json::object object = parse_report_body(body, "list of backups");
  return Reader(object, "list of backups").objects("backups", read_backup);
}

ClusterPolicy parse_cluster_policy(std::string_view body) {
  const json::object object = parse_report_body(body, "policy");
  const Reader reader(object, "policy");
  return {.policy = reader.optional_object("policy", read_set_policy),
          .quota = reader.optional_number("quota")};
}

PrunePlanReport parse_prune_plan(std::string_view body) {
  const json::object object = parse_report_body(body, "plan of a prune");
  const Reader reader(object, "plan of a prune");
  return {.archive = reader.text("archive"),
          .cluster = reader.text("cluster"),
          .era = reader.text("era"),
          .floor = reader.text("floor"),
          .timeline = reader.small_number_or_null("timeline"),
          .reason = reader.text("reason"),
          .notes = reader.texts("notes"),
          .kept_backups = reader.texts("kept_backups"),
          .kept_put_by = reader.texts_or_none("kept_put_by"),
          .older_eras = reader.texts("older_eras"),
          .files = reader.number("files"),
          .stored_bytes = reader.number("stored_bytes"),
          .unfinished = reader.small_number("unfinished"),
          .period_backups = reader.objects_or_none("period_backups", read_period_backup)};
}

PruneReport parse_prune_report(std::string_view body) {
  const json::object object = parse_report_body(body, "report of a prune");
  const Reader reader(object, "report of a prune");
  return {.number = reader.small_number("number"),
          .state = reader.text("state"),
          .floor = reader.text("floor"),
          .timeline = reader.small_number_or_null("timeline"),
          .reason = reader.text("reason"),
          .by = reader.text("by"),
          .begun = reader.time("begun"),
          .files = reader.number("files"),
          .stored_bytes = reader.number("stored_bytes")};
}

}  // namespace walstow
