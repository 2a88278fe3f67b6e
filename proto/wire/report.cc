#include "proto/wire/report.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "proto/base/bytes.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/report_reader.h"
#include "proto/wire/retention_report.h"

namespace walstow {
namespace {

namespace json = boost::json;

json::string escaped_text_of(const std::string& text) {
  return escaped_text(text);
}

json::value range_value(const SegmentRange& range) {
  return json::object{{"first", range.first}, {"last", range.last}, {"count", range.count}};
}

json::value timeline_value(const TimelineReport& report) {
  json::object object;
  object["timeline"] = report.timeline;
  object["parent"] = number_or_null(report.parent);
  object["left_parent_at"] = report.left_parent_at;
  object["ranges"] = array_of(report.ranges, range_value);
  object["ranges_left_out"] = report.ranges_left_out;
  object["segments"] = report.segments;
  object["raw_bytes"] = report.raw_bytes;
  object["stored_bytes"] = report.stored_bytes;
  object["partials"] = report.partials;
  object["incompletes"] = report.incompletes;
  object["backups"] = report.backups;
  object["newest"] = time_or_null(report.newest);
  object["backup_files"] = array_of(report.backup_files, backup_object);
  object["pruned_gaps"] = report.pruned_gaps;
  return object;
}

json::value break_value(const BreakReport& report) {
  return {{"file", report.file}, {"before", report.before}, {"at", report.at}};
}

json::value forked_value(const ForkedTimeline& forked) {
  return {{"highest", forked.highest}, {"in_use", forked.in_use}, {"left_at", forked.left_at}};
}

json::value recoverable_value(const RecoverableReport& report) {
  json::object object;
  object["backup"] = escaped_text(report.backup);
  object["timeline"] = report.timeline;
  object["from"] = to_iso8601(report.from);
  object["to"] = report.to ? json::value(to_iso8601(*report.to)) : json::value(nullptr);
  object["end"] = report.end;
  object["missing"] = report.missing;
  return object;
}

json::value branch_value(const BranchReport& branch) {
  json::object object;
  object["timeline"] = branch.timeline;
  object["parent"] = branch.parent;
  object["left_at"] = branch.left_at;
  object["client"] = escaped_text(branch.client);
  object["instance"] = branch.instance;
  object["put"] = to_iso8601(branch.put);
  object["other_client"] = escaped_text(branch.other_client);
  object["other_instance"] = branch.other_instance;
  object["newest"] = branch.newest;
  object["segments"] = branch.segments;
  object["more"] = branch.more;
  return object;
}

json::value era_value(const EraReport& report) {
  json::object object;
  object["era"] = report.era;
  object["timelines"] = array_of(report.timelines, timeline_value);
  object["histories"] = report.histories;
  object["conflicts"] = report.conflicts;
  object["missing"] = report.missing;
  object["missing_histories"] = array_of(report.missing_histories, escaped_text_of);
  object["newer_magic"] = report.newer_magic;
  object["breaks"] = array_of(report.breaks, break_value);
  object["more_breaks"] = report.more_breaks;
  object["forked"] = report.forked ? forked_value(*report.forked) : json::value(nullptr);
  object["branches"] = array_of(report.branches, branch_value);
  object["withdrawn"] = report.withdrawn;
  object["withdrawn_files"] = array_of(report.withdrawn_files, withdrawn_object);
  object["holes"] = array_of(report.holes, hole_object);
  object["retention"] =
      report.retention ? json::value(retention_object(*report.retention)) : json::value(nullptr);
  object["recoverable"] =
      report.recoverable ? recoverable_value(*report.recoverable) : json::value(nullptr);
  return object;
}

json::value shared_value(const SharedPosition& shared) {
  return json::object{{"restartpoint", shared.restartpoint},
                      {"lowest_handed", shared.lowest_handed},
                      {"last_handed", shared.last_handed},
                      {"seen", time_or_null(shared.seen)}};
}

json::value position_value(const PositionReport& report) {
  json::object object;
  object["client"] = escaped_text(report.client);
  object["instance"] = report.instance;
  object["standby"] = escaped_text(report.standby);
  object["host"] = escaped_text(report.host);
  object["system"] = report.system;
  object["restartpoint"] = report.restartpoint;
  object["lowest_handed"] = report.lowest_handed;
  object["last_handed"] = report.last_handed;
  object["seen"] = time_or_null(report.seen);
  object["retired"] = report.retired;
  object["behind_segments"] = number_or_null(report.behind_segments);
  object["behind_bytes"] = number_or_null(report.behind_bytes);
  object["others"] = array_of(report.others, shared_value);
  return object;
}

json::value summary_value(const ClusterSummary& summary) {
  return json::object{
      {"cluster", summary.cluster}, {"newest_era", summary.newest_era}, {"eras", summary.eras}};
}

json::value entry_value(const FileEntry& entry) {
  return json::object{{"era", entry.era},
                      {"name", entry.name},
                      {"stored_size", entry.stored_size},
                      {"put", to_iso8601(entry.put)}};
}

json::value conflict_value(const ConflictReport& report) {
  json::object object;
  object["era"] = report.era;
  object["file"] = report.file;
  object["digest"] = report.digest;
  object["state"] = report.state;
  object["client"] = escaped_text(report.client);
  object["put"] = to_iso8601(report.put);
  object["stored_size"] = report.stored_size;
  object["standing"] = report.standing;
  object["standing_client"] = escaped_text(report.standing_client);
  object["differs_at"] = report.differs_at;
  object["ends_at"] = report.ends_at;
  object["standing_ends_at"] = report.standing_ends_at;
  return object;
}

json::value verified_value(const std::optional<VerifyRecord>& record) {
  if (!record) return nullptr;
  json::object object;
  object["ended"] = to_iso8601(record->ended);
  object["deep"] = record->deep;
  object["objects"] = record->objects;
  object["problems"] = record->problems;
  object["by"] = escaped_text(record->by);
  return object;
}

json::object put_object(const PutReport& report) {
  json::object object;
  object["archive"] = report.archive;
  object["era"] = report.era;
  object["name"] = report.name;
  object["digest"] = report.digest;
  object["raw_size"] = report.raw_size;
  object["stored_size"] = report.stored_size;
  object["warning"] = escaped_text(report.warning);
  return object;
}

json::value client_value(const ClientReport& report) {
  json::object object;
  object["client"] = report.client;
  object["public_key"] = report.public_key;
  object["fingerprint"] = report.fingerprint;
  object["grants"] = grants_array(report.grants);
  object["certificate_until"] = time_or_null(report.certificate_until);
  object["added"] = to_iso8601(report.added);
  return object;
}

}  // namespace

std::string to_json(const PutReport& report) {
  return to_line(put_object(report));
}

std::string to_json(const ConfirmReport& report) {
  const json::value archived =
      report.archived ? json::value(put_object(*report.archived)) : nullptr;
  return to_line({{"archived", archived}, {"other_content", report.other_content}});
}

std::string to_json(const ClusterReport& report) {
  json::object object;
  object["archive"] = report.archive;
  object["cluster"] = report.cluster;
  object["eras"] = array_of(report.eras, era_value);
  object["positions"] = array_of(report.positions, position_value);
  object["damaged"] = array_of(report.damaged, escaped_text_of);
  object["stored_bytes"] = report.stored_bytes;
  object["quota"] = number_or_null(report.quota);
  object["verified"] = verified_value(report.verified);
  return to_line(object);
}

std::string to_json(const std::vector<ClusterSummary>& summaries, const std::string& next) {
  return to_page("clusters", array_of(summaries, summary_value), next);
}

std::string to_json(const FilePage& page) {
  json::object object;
  object["files"] = array_of(page.files, entry_value);
  object["next"] = page.next;
  return to_line(object);
}

std::string to_json(const FileEntry& file) {
  return to_line(entry_value(file).as_object());
}

std::string to_json(const WhoamiReport& report) {
  json::object object;
  object["archive"] = report.archive;
  object["name"] = escaped_text(report.name);
  object["grants"] = grants_array(report.grants);
  object["certificate_until"] = time_or_null(report.certificate_until);
  return to_line(object);
}

std::string to_json(const CheckReport& report) {
  json::object object;
  object["archive"] = report.archive;
  object["cluster"] = report.cluster;
  object["publish_microseconds"] = report.publish_microseconds;
  object["read_microseconds"] = report.read_microseconds;
  object["newest_era"] = report.newest_era;
  return to_line(object);
}

std::string to_json(const std::vector<ConflictReport>& conflicts, const std::string& next) {
  return to_page("conflicts", array_of(conflicts, conflict_value), next);
}

std::string to_json(const std::vector<PositionReport>& standbys, const std::string& next) {
  return to_page("positions", array_of(standbys, position_value), next);
}

std::string to_json(const std::vector<ClientReport>& clients, const std::string& next) {
  return to_page("clients", array_of(clients, client_value), next);
}

}  // namespace walstow
