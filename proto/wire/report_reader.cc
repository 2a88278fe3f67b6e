#include "proto/wire/report_reader.h"

#include <fmt/format.h>
#include <limits>

#include "proto/base/error.h"
#include "proto/wire/json_fields.h"

namespace walstow {
namespace {

namespace json = boost::json;

[[noreturn]] void throw_not_a(std::string_view what, const std::string& why) {
  throw Error(ErrorKind::kUnavailable, fmt::format("the store's answer is not a {}: {}", what, why),
              "A program other than walstowd, or another release of walstowd, may have answered.");
}

}  // namespace

json::object parse_report_body(std::string_view body, std::string_view what) {
  auto object = parse_json_object(body);
  if (!object) {
    throw_not_a(what, fmt::format("its {} bytes are not a JSON object", body.size()));
  }
  return std::move(*object);
}

std::string ReportReader::text(std::string_view name) const {
  auto value = text_member(object_, name);
  if (!value) fail(name, "a text");
  return std::move(*value);
}

std::uint64_t ReportReader::number(std::string_view name) const {
  const auto value = number_member(object_, name);
  if (!value) fail(name, "a number");
  return *value;
}

std::uint32_t ReportReader::small_number(std::string_view name) const {
  const std::uint64_t value = number(name);
  if (value > std::numeric_limits<std::uint32_t>::max()) fail(name, "a number below 2^32");
  return static_cast<std::uint32_t>(value);
}

std::optional<std::uint32_t> ReportReader::small_number_or_null(std::string_view name) const {
  if (is_null(name)) return std::nullopt;
  return small_number(name);
}

bool ReportReader::truth(std::string_view name) const {
  const json::value* value = object_.if_contains(name);
  if (value == nullptr || !value->is_bool()) fail(name, "true or false");
  return value->get_bool();
}

Time ReportReader::time(std::string_view name) const {
  const auto value = text_member(object_, name);
  const auto time = value ? parse_iso8601(*value) : std::nullopt;
  if (!time) fail(name, "a time");
  return *time;
}

std::optional<Time> ReportReader::time_or_null(std::string_view name) const {
  if (is_null(name)) return std::nullopt;
  return time(name);
}

TimeMicro ReportReader::time_micro(std::string_view name) const {
  const auto value = text_member(object_, name);
  const auto time = value ? parse_iso8601_micro(*value) : std::nullopt;
  if (!time) fail(name, "a time with microseconds");
  return *time;
}

std::optional<TimeMicro> ReportReader::time_micro_or_null(std::string_view name) const {
  if (is_null(name)) return std::nullopt;
  return time_micro(name);
}

std::vector<std::string> ReportReader::texts(std::string_view name) const {
  std::vector<std::string> items;
  for (const json::value& item : array(name)) {
    if (!item.is_string()) fail(name, "an array of strings");
    items.emplace_back(item.get_string().c_str());
  }
  return items;
}

Grants ReportReader::grants(std::string_view name) const {
  auto grants = grants_member(object_, name);
  if (!grants) fail(name, "an array of grants");
  return std::move(*grants);
}

std::optional<std::uint64_t> ReportReader::optional_number(std::string_view name) const {
  if (!object_.contains(name) || is_null(name)) return std::nullopt;
  return number(name);
}

std::optional<Time> ReportReader::optional_time(std::string_view name) const {
  if (!object_.contains(name) || is_null(name)) return std::nullopt;
  return time(name);
}

std::uint64_t ReportReader::number_or_0(std::string_view name) const {
  return object_.contains(name) ? number(name) : 0;
}

bool ReportReader::is_null(std::string_view name) const {
  const json::value* value = object_.if_contains(name);
  return value != nullptr && value->is_null();
}

const json::object& ReportReader::object(std::string_view name) const {
  const json::value* value = object_.if_contains(name);
  if (value == nullptr || !value->is_object()) fail(name, "an object");
  return value->get_object();
}

const json::array& ReportReader::array(std::string_view name) const {
  const json::value* value = object_.if_contains(name);
  if (value == nullptr || !value->is_array()) fail(name, "an array");
  return value->get_array();
}

void ReportReader::fail(std::string_view name, std::string_view form) const {
  throw_not_a(what_, fmt::format("\"{}\" is not {}", name, form));
}

json::object hole_object(const HoleReport& hole) {
  return {{"era", hole.era}, {"first", hole.first}, {"last", hole.last}, {"count", hole.count}};
}

HoleReport read_hole(const ReportReader& reader) {
  return {.era = reader.text("era"),
          .first = reader.text("first"),
          .last = reader.text("last"),
          .count = reader.number("count")};
}

}  // namespace walstow
