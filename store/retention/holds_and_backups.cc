// Writes first, then reads the floors. A prune works in the opposite order: it writes its floor,
// then reads the consumers. So if both run at the same time, at least one sees the other.
#include "store/retention/holds_and_backups.h"

#include <boost/json/object.hpp>

#include <limits>

#include "proto/base/log.h"
#include "proto/wire/json_fields.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"
#include "store/backend/entries.h"
#include "store/inventory/era_inventory.h"
#include "store/retention/tombstones.h"

namespace walstow {
namespace {

namespace json = boost::json;

template <class Report>
std::vector<Report> list_records(Backend& backend, const std::string& prefix,
                                 Report (*decode)(const json::object&, const std::string&),
                                 DamagedRecords* damaged) {
  std::vector<Report> reports;
  const auto visit = [&](const std::string& key, const std::string& content) {
    const std::string place = record_name(backend, key);
    reports.push_back(decode(parse_record(content, place), place));
  };
  for_each_record(backend, prefix, visit, damaged);
  return reports;
}

std::string text_of(const json::object& object, std::string_view name, const std::string& place) {
  auto value = text_member(object, name);
  if (!value) throw_damaged_record(place);
  return *std::move(value);
}

Time time_of(const json::object& object, std::string_view name, const std::string& place) {
  const auto time = parse_iso8601(text_of(object, name, place));
  if (!time) throw_damaged_record(place);
  return *time;
}

std::string encode(const HoldReport& hold) {
  return to_line({{"format", kArchiveFormat},
                  {"id", hold.id},
                  {"era", hold.era},
                  {"from", hold.from},
                  {"to", hold.to},
                  {"reason", hold.reason},
                  {"by", escaped(hold.by)},
                  {"added", to_iso8601(hold.added)}});
}

HoldReport decode_hold(const json::object& object, const std::string& place) {
  return {.id = text_of(object, "id", place),
          .era = text_of(object, "era", place),
          .from = text_of(object, "from", place),
          .to = text_of(object, "to", place),
          .reason = text_of(object, "reason", place),
          .by = text_of(object, "by", place),
          .added = time_of(object, "added", place)};
}

std::string encode(const BackupReport& backup, Time now) {
  return to_line({{"format", kArchiveFormat},
                  {"id", backup.name},
                  {"era", backup.era},
                  {"timeline", backup.timeline},
                  {"start", backup.start},
                  {"stop", backup.stop},
                  {"label", backup.label},
                  {"stopped", to_iso8601(backup.stopped)},
                  {"by", escaped(backup.put_by)},
                  {"added", to_iso8601(now)}});
}

void set_segments(BackupReport& backup, const std::string& place) {
  const auto era = parse_era_name(backup.era);
  const auto stop = parse_lsn(backup.stop);
  const auto start = LogPosition::parse(backup.start);
  const auto from = era && start ? start->segment(segment_size_of(*era)) : std::nullopt;
  if (!from || !stop || backup.timeline == 0) throw_damaged_record(place);
  const SegmentSize size = segment_size_of(*era);
  const Timeline timeline{backup.timeline};
  backup.first = first_segment(timeline, start_of(*from, size), size);
  backup.last = last_segment(timeline, start_of(*from, size), *stop, size);
}

BackupReport decode_backup(const json::object& object, const std::string& place) {
  const auto timeline = number_member(object, "timeline");
  if (!timeline || *timeline > std::numeric_limits<std::uint32_t>::max())
    throw_damaged_record(place);
  BackupReport backup{.name = text_of(object, "id", place),
                      .era = text_of(object, "era", place),
                      .timeline = static_cast<std::uint32_t>(*timeline),
                      .start = text_of(object, "start", place),
                      .stop = text_of(object, "stop", place),
                      .label = text_of(object, "label", place),
                      .stopped = time_of(object, "stopped", place),
                      .added = true,
                      .put_by = text_of(object, "by", place)};
  set_segments(backup, place);
  return backup;
}

// Makes the record durable before it reads the floors.
std::optional<Refusal> register_need(Backend& backend, const std::string& cluster,
                                     const EraName& era, const std::string& key,
                                     const std::string& record, SegmentNumber from,
                                     SegmentNumber until, std::optional<Timeline> timeline) {
  backend.create_record(key, record);
  auto refusal = refuse_below_floor(backend, cluster, era, from, timeline, until);
  if (refusal) backend.remove_record(key);
  return refusal;
}

}  // namespace

OrRefusal<HoldReport> add_hold(const Archive& archive, const AddHold& add, const std::string& by,
                               Time now) {
  const auto found = newest_era(archive, add.cluster);
  if (!found) return found.error();
  const auto& era = found.value();
  const auto from = add.from.segment(segment_size_of(era));
  if (!from) return no_such_segment(add.from.text(), era);
  if (add.to && !add.to->segment(segment_size_of(era))) return no_such_segment(add.to->text(), era);
  HoldReport hold{.id = add.id,
                  .era = to_string(era),
                  .from = add.from.text(),
                  .to = add.to ? add.to->text() : "",
                  .reason = add.reason,
                  .by = by,
                  .added = now};
  if (auto refusal = register_need(archive.backend(), add.cluster, era,
                                   layout::hold_record(add.cluster, add.id), encode(hold), *from,
                                   *from, add.from.timeline())) {
    return *refusal;
  }
  return hold;
}

OrRefusal<BackupReport> add_backup(const Archive& archive, const AddBackup& add,
                                   const std::string& by, Time now) {
  const auto found = newest_era(archive, add.cluster);
  if (!found) return found.error();
  const auto& era = found.value();
  const SegmentSize size = segment_size_of(era);
  const auto from = add.start.segment(size);
  if (!from) return no_such_segment(add.start.text(), era);
  if (add.stop < start_of(*from, size)) {
    return make_refusal(Code::kBadRequest, "the backup's stop is before its start",
                        "Give the backup's START WAL LOCATION, and then the position at which the "
                        "backup is consistent.");
  }
  BackupReport backup{
      .name = add.id,
      .era = to_string(era),
      .timeline = add.timeline.value,
      .start = add.start.timeline() ? to_string(start_of(*from, size)) : add.start.text(),
      .stop = to_string(add.stop),
      .label = add.label,
      .stopped = add.stopped,
      .added = true,
      .put_by = by};
  set_segments(backup, backup.name);
  const SegmentNumber last_needed = last_segment_between(start_of(*from, size), add.stop, size);
  if (auto refusal = register_need(archive.backend(), add.cluster, era,
                                   layout::backup_record(add.cluster, add.id), encode(backup, now),
                                   *from, last_needed, add.timeline)) {
    return *refusal;
  }
  return backup;
}

std::vector<HoldReport> list_holds(const Archive& archive, std::string_view cluster,
                                   DamagedRecords* damaged) {
  return list_records(archive.backend(), layout::hold_records(cluster), decode_hold, damaged);
}

std::vector<BackupReport> list_added_backups(const Archive& archive, std::string_view cluster,
                                             DamagedRecords* damaged) {
  return list_records(archive.backend(), layout::backup_records(cluster), decode_backup, damaged);
}

bool remove_hold(const Archive& archive, const RemoveHold& remove) {
  return archive.backend().remove_record(layout::hold_record(remove.cluster, remove.id));
}

bool remove_backup(const Archive& archive, const RemoveBackup& remove) {
  return archive.backend().remove_record(layout::backup_record(remove.cluster, remove.id));
}

}  // namespace walstow
