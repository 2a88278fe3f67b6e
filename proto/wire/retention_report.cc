#include "proto/wire/retention_report.h"

#include "proto/base/log.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/report_reader.h"

namespace walstow {
namespace {

namespace json = boost::json;
using Reader = ReportReader;

json::string text(std::string_view value) {
  return json::string(escaped(value));
}

json::array texts(const std::vector<std::string>& values) {
  json::array array;
  for (const std::string& value : values)
    array.emplace_back(text(value));
  return array;
}

json::value number_or_null(const std::optional<std::uint32_t>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

json::value hold_value(const HoldReport& hold) {
  json::object object;
  object["id"] = hold.id;
  object["era"] = hold.era;
  object["from"] = hold.from;
  object["to"] = hold.to;
  object["reason"] = text(hold.reason);
  object["by"] = text(hold.by);
  object["added"] = to_iso8601(hold.added);
  return object;
}

json::value backup_value(const BackupReport& backup) {
  json::object object;
  object["name"] = backup.name;
  object["era"] = backup.era;
  object["timeline"] = backup.timeline;
  object["start"] = backup.start;
  object["stop"] = backup.stop;
  object["label"] = text(backup.label);
  object["stopped"] = to_iso8601(backup.stopped);
  object["added"] = backup.added;
  return object;
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

BackupReport read_backup(const Reader& reader) {
  return {.name = reader.text("name"),
          .era = reader.text("era"),
          .timeline = reader.small_number("timeline"),
          .start = reader.text("start"),
          .stop = reader.text("stop"),
          .label = reader.text("label"),
          .stopped = reader.time("stopped"),
          .added = reader.truth("added")};
}

}  // namespace

std::string to_json(const std::vector<HoldReport>& holds) {
  json::array array;
  for (const HoldReport& hold : holds)
    array.push_back(hold_value(hold));
  return to_line(json::object{{"holds", std::move(array)}});
}

std::string to_json(const std::vector<BackupReport>& backups) {
  json::array array;
  for (const BackupReport& backup : backups)
    array.push_back(backup_value(backup));
  return to_line(json::object{{"backups", std::move(array)}});
}

std::string to_json(const PrunePlanReport& plan) {
  json::object object;
  object["archive"] = plan.archive;
  object["cluster"] = plan.cluster;
  object["era"] = plan.era;
  object["floor"] = plan.floor;
  object["timeline"] = number_or_null(plan.timeline);
  object["reason"] = text(plan.reason);
  object["notes"] = texts(plan.notes);
  object["kept_backups"] = texts(plan.kept_backups);
  object["files"] = plan.files;
  object["stored_bytes"] = plan.stored_bytes;
  object["unfinished"] = plan.unfinished;
  return to_line(object);
}

std::string to_json(const PruneReport& prune) {
  json::object object;
  object["number"] = prune.number;
  object["state"] = prune.state;
  object["floor"] = prune.floor;
  object["timeline"] = number_or_null(prune.timeline);
  object["reason"] = text(prune.reason);
  object["by"] = text(prune.by);
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
          .files = reader.number("files"),
          .stored_bytes = reader.number("stored_bytes"),
          .unfinished = reader.small_number("unfinished")};
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
