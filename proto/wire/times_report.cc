#include "proto/wire/times_report.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/report_reader.h"

namespace walstow {
namespace {

namespace json = boost::json;

constexpr std::string_view kTimesBody = "list of times";

constexpr std::string_view kKnown = "known";
constexpr std::string_view kEarliest = "earliest";
constexpr std::string_view kLatest = "latest";
constexpr std::string_view kCommits = "commits";
constexpr std::string_view kFirstRecord = "first_record";
constexpr std::string_view kLastRecord = "last_record";
constexpr std::string_view kLastComplete = "last_complete";
constexpr std::string_view kOpenTime = "open_time";
constexpr std::string_view kOpenHead = "open_head";
constexpr std::string_view kRestHead = "rest_head";
constexpr std::string_view kRestEnd = "rest_end";
constexpr std::string_view kUnfinishedAt = "unfinished_at";
constexpr std::string_view kCheckpointRedo = "checkpoint_redo";
constexpr std::string_view kRestorePoints = "restore_points";
constexpr std::string_view kMoreRestorePoints = "more_restore_points";

json::value value_of(const std::optional<TimeMicro>& time) {
  return time ? json::value(to_iso8601(*time)) : json::value(nullptr);
}

json::value value_of(const std::optional<Lsn>& lsn) {
  return lsn ? json::value(to_string(*lsn)) : json::value(nullptr);
}

json::value value_of(const std::optional<RecordHead>& head) {
  return head ? json::value(to_hex(head->bytes())) : json::value(nullptr);
}

std::optional<RecordHead> parse_head(std::string_view digits) {
  std::array<std::byte, RecordHead::kMost> bytes{};
  const MutableByteView used =
      MutableByteView(bytes).first(std::min(digits.size() / 2, bytes.size()));
  if (!from_hex(digits, used)) return std::nullopt;
  return RecordHead(used);
}

json::object restore_point_object(const RestorePoint& point) {
  return {{"name", point.name}, {"time", to_iso8601(point.time)}, {"end", to_string(point.end)}};
}

std::optional<RestorePoint> read_restore_point(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  const json::object& object = value.get_object();
  auto name = text_member(object, "name");
  const auto time = parse_iso8601_micro(text_member(object, "time").value_or(""));
  const auto end = parse_lsn(text_member(object, "end").value_or(""));
  if (!name || !time || !end) return std::nullopt;
  return RestorePoint{.name = *std::move(name), .time = *time, .end = *end};
}

// Reads members, and remembers whether one of them is wrong.
class Members {
 public:
  explicit Members(const json::object& object) : object_(object) {}

  bool truth(std::string_view name) {
    const json::value* const value = object_.if_contains(name);
    if (value == nullptr || !value->is_bool()) return fail();
    return value->get_bool();
  }
  std::uint64_t number(std::string_view name) {
    const auto number = number_member(object_, name);
    if (!number) fail();
    return number.value_or(0);
  }
  std::optional<TimeMicro> time(std::string_view name) { return text(name, parse_iso8601_micro); }
  std::optional<Lsn> lsn(std::string_view name) { return text(name, parse_lsn); }
  std::optional<RecordHead> head(std::string_view name) { return text(name, parse_head); }
  bool has(std::string_view name) const { return object_.contains(name); }
  std::vector<RestorePoint> restore_points() {
    std::vector<RestorePoint> points;
    const json::value* const value = object_.if_contains(kRestorePoints);
    const json::array* const array = value == nullptr ? nullptr : value->if_array();
    if (array == nullptr || array->size() > kMostRestorePoints) {
      fail();
      return points;
    }
    for (const json::value& item : *array) {
      auto point = read_restore_point(item);
      if (!point) fail();
      if (point) points.push_back(*std::move(point));
    }
    return points;
  }
  bool all_read() const { return all_read_; }

 private:
  bool fail() { return all_read_ = false; }

  template <class Value>
  std::optional<Value> text(std::string_view name,
                            std::optional<Value> (*parse)(std::string_view)) {
    const json::value* const value = object_.if_contains(name);
    if (value != nullptr && value->is_null()) return std::nullopt;
    auto parsed = parse(text_member(object_, name).value_or(""));
    if (!parsed) fail();
    return parsed;
  }

  const json::object& object_;
  bool all_read_ = true;
};

// A store of an earlier release does not report the parts of records.
void note_unknown_parts(SegmentTimes& times) {
  const bool is_open = times.last_record != times.last_complete;
  if (is_open && !times.open_time) times.open_head = RecordHead();
  times.rest_head = RecordHead();
}

json::object report_object(const TimesReport& report) {
  json::object object{{"era", report.era}, {"name", report.name}};
  for (const auto& [name, value] : times_object(report.times))
    object[name] = value;
  return object;
}

}  // namespace

json::object times_object(const SegmentTimes& times) {
  return {{kKnown, times.known},
          {kEarliest, value_of(times.earliest)},
          {kLatest, value_of(times.latest)},
          {kCommits, times.commits},
          {kFirstRecord, value_of(times.first_record)},
          {kLastRecord, value_of(times.last_record)},
          {kLastComplete, value_of(times.last_complete)},
          {kOpenTime, value_of(times.open_time)},
          {kOpenHead, value_of(times.open_head)},
          {kRestHead, value_of(times.rest_head)},
          {kRestEnd, value_of(times.rest_end)},
          {kUnfinishedAt, value_of(times.unfinished_at)},
          {kCheckpointRedo, value_of(times.last_checkpoint_redo)},
          {kRestorePoints, array_of(times.restore_points, restore_point_object)},
          {kMoreRestorePoints, times.more_restore_points}};
}

std::optional<SegmentTimes> read_times(const json::object& object) {
  Members members(object);
  SegmentTimes times{.earliest = members.time(kEarliest),
                     .latest = members.time(kLatest),
                     .open_time = members.time(kOpenTime),
                     .commits = members.number(kCommits),
                     .first_record = members.lsn(kFirstRecord),
                     .last_record = members.lsn(kLastRecord),
                     .last_complete = members.lsn(kLastComplete),
                     .restore_points = members.restore_points(),
                     .more_restore_points = members.truth(kMoreRestorePoints),
                     .last_checkpoint_redo = members.lsn(kCheckpointRedo),
                     .unfinished_at = members.lsn(kUnfinishedAt),
                     .known = members.truth(kKnown)};
  if (members.has(kRestHead)) {
    times.open_head = members.head(kOpenHead);
    times.rest_head = members.head(kRestHead);
    times.rest_end = members.lsn(kRestEnd);
  } else if (times.known) {
    note_unknown_parts(times);
  }
  if (!members.all_read()) return std::nullopt;
  return times;
}

std::string to_json(const TimesReport& report) {
  return to_line(report_object(report));
}

std::string to_json(const TimesPage& page) {
  return to_line({{"segments", array_of(page.segments, report_object)}, {"next", page.next}});
}

TimesPage parse_times_page(std::string_view body) {
  const json::object object = parse_report_body(body, kTimesBody);
  const ReportReader reader(object, kTimesBody);
  const auto read = [](const ReportReader& one) {
    auto times = read_times(one.members());
    if (!times) {
      throw Error(ErrorKind::kUnavailable, fmt::format("{} has an invalid entry", kTimesBody),
                  "Is walstow older than the store?");
    }
    return TimesReport{
        .era = one.text("era"), .name = one.text("name"), .times = *std::move(times)};
  };
  return {.segments = reader.objects("segments", read), .next = reader.text("next")};
}

}  // namespace walstow
