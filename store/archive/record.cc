#include "store/archive/record.h"

#include <fmt/format.h>
#include <optional>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/wire/json_fields.h"

namespace walstow {

namespace json = boost::json;

namespace {

// nullopt: not "MAJOR.MINOR".
std::optional<std::uint64_t> major_of(std::string_view format) {
  const std::size_t dot = format.find('.');
  if (dot == std::string_view::npos || !parse_decimal(format.substr(dot + 1))) return std::nullopt;
  return parse_decimal(format.substr(0, dot));
}

}  // namespace

std::string record_name(const BackendReader& backend, const std::string& key) {
  return fmt::format("record \"{}\" of {}", key, backend.describe());
}

json::object parse_record(std::string_view text, const std::string& name, std::string_view newest) {
  const auto record = parse_json_object(text);
  const auto format = record ? text_member(*record, "format") : std::nullopt;
  const auto major = format ? major_of(*format) : std::nullopt;
  if (!major) throw_damaged_record(name);
  if (*major == 0 || major > major_of(newest)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} has format {}, but this program knows only {}", name,
                            escaped(*format), newest),
                "Use the version of walstow that wrote the archive, or a newer one.");
  }
  return *record;
}

void throw_damaged_record(const std::string& name) {
  throw Error(ErrorKind::kDamaged, fmt::format("{} is damaged", name),
              "Restore this file from a copy of the archive.");
}

}  // namespace walstow
