#include "store/inventory/times_record.h"

#include <boost/json/object.hpp>

#include <algorithm>

#include "proto/wal/segment_header.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/times_report.h"
#include "store/archive/record.h"

namespace walstow {
namespace {

namespace json = boost::json;

constexpr std::string_view kSegments = "segments";
constexpr std::string_view kSegmentName = "name";
constexpr std::string_view kSegmentDigest = "digest";
// Of an entry whose release is unknown: the newest release that the program knew.
constexpr std::string_view kKnownUpTo = "known_up_to";
// XXH3-128 of the entry without this member, in the form that entry_object() and to_line() give it.
constexpr std::string_view kCheck = "check";

std::string check_of(const json::object& entry) {
  Hasher hasher;
  hasher.update(as_bytes(to_line(entry)));
  return to_string(hasher.digest());
}

json::object entry_object(const std::string& name, const TimesEntry& entry) {
  json::object object{{kSegmentName, name}, {kSegmentDigest, to_string(entry.digest)}};
  if (!entry.times.known) object[kKnownUpTo] = newest_known_release();
  for (const auto& [member, value] : times_object(entry.times))
    object[member] = value;
  object[kCheck] = check_of(object);
  return object;
}

std::string record_text(const TimesEntries& entries) {
  json::array segments;
  for (const auto& [name, entry] : entries)
    segments.push_back(entry_object(name, entry));
  return to_line({{"format", kArchiveFormat}, {kSegments, std::move(segments)}});
}

void add_entry(TimesEntries& entries, const json::object& object) {
  const auto name = text_member(object, kSegmentName);
  const auto digest = parse_digest(text_member(object, kSegmentDigest).value_or(""));
  auto times = read_times(object);
  if (!name || !digest || !times) return;
  const bool is_current =
      times->known || text_member(object, kKnownUpTo).value_or("") == newest_known_release();
  const TimesEntry entry{.digest = *digest, .times = *std::move(times)};
  // Nothing else proves the entry: the object is not read again while the index has it.
  const bool is_as_written =
      text_member(object, kCheck) == text_member(entry_object(*name, entry), kCheck);
  if (is_current && is_as_written) entries[*name] = entry;
}

}  // namespace

std::string encode_times(TimesEntries entries) {
  std::string text = record_text(entries);
  while (text.size() > kLargestRecord) {
    const auto points = [](const auto& one) { return one.second.times.restore_points.size(); };
    entries.erase(std::ranges::max_element(entries, {}, points));
    text = record_text(entries);
  }
  return text;
}

TimesEntries decode_times(std::string_view content, const std::string& record) {
  const json::object object = parse_record(content, record);
  const json::value* const segments = object.if_contains(kSegments);
  if (segments == nullptr || !segments->is_array()) throw_damaged_record(record);
  TimesEntries entries;
  for (const json::value& item : segments->get_array()) {
    if (item.is_object()) add_entry(entries, item.get_object());
  }
  return entries;
}

}  // namespace walstow
