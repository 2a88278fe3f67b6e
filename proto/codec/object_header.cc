// The line of JSON in the first frame.
#include <boost/json.hpp>

#include <fmt/format.h>
#include <limits>

#include "proto/base/error.h"
#include "proto/base/utc_time.h"
#include "proto/codec/object.h"

namespace walstow {
namespace {

namespace json = boost::json;

// MAJOR.MINOR; the major is kObjectFormatMajor. A header with an instance has the later one.
constexpr std::string_view kFormat = "1.0";
constexpr std::string_view kFormatWithInstance = "1.1";

// Today's header is flat; a later minor version may add some nesting.
constexpr std::size_t kDeepestHeader = 4;

[[noreturn]] void damaged_header(const std::string& why) {
  throw Error(ErrorKind::kDamaged, fmt::format("object header: {}", why));
}

// The fields of the line. Each must be present and have its type.
class Fields {
 public:
  explicit Fields(const json::object& object) : object_(object) {}

  bool has(std::string_view name) const { return object_.contains({name.data(), name.size()}); }

  std::string text(std::string_view name) const {
    const json::string* const text = find(name).if_string();
    if (text == nullptr || text->empty()) {
      damaged_header(fmt::format("field \"{}\" is not a string, or is empty", name));
    }
    return {text->data(), text->size()};
  }

  std::uint64_t number(std::string_view name, std::uint64_t largest) const {
    const json::value& value = find(name);
    std::uint64_t number = 0;
    if (const std::int64_t* small = value.if_int64(); small != nullptr && *small >= 0) {
      number = static_cast<std::uint64_t>(*small);
    } else if (const std::uint64_t* large = value.if_uint64(); large != nullptr) {
      number = *large;
    } else {
      damaged_header(fmt::format("field \"{}\" is not a whole number", name));
    }
    if (number > largest)
      damaged_header(fmt::format("field \"{}\" is too large: {}", name, number));
    return number;
  }

 private:
  const json::value& find(std::string_view name) const {
    const json::value* const value = object_.if_contains({name.data(), name.size()});
    if (value == nullptr) damaged_header(fmt::format("field \"{}\" is missing", name));
    return *value;
  }

  const json::object& object_;
};

void check_format(const std::string& format) {
  const std::string_view text = format;
  const std::size_t dot = text.find('.');
  const auto major = parse_decimal(text.substr(0, dot));
  if (dot == text.npos || !major || !parse_decimal(text.substr(dot + 1))) {
    damaged_header(fmt::format("format \"{}\" is not of the form MAJOR.MINOR", format));
  }
  if (*major != kObjectFormatMajor) {
    throw Error(ErrorKind::kUsage,
                fmt::format("object header: format {} is unknown, only {}.x is supported", format,
                            kObjectFormatMajor),
                "Use the version of walstow that wrote the object, or a newer one.");
  }
}

ObjectHeader header_of(const Fields& fields) {
  check_format(fields.text("format"));
  ObjectHeader header;
  header.name = fields.text("name");
  header.raw_size = fields.number("raw_size", std::numeric_limits<std::uint64_t>::max());
  const auto digest = parse_digest(fields.text("xxh128"));
  if (!digest) damaged_header("field \"xxh128\" is not 32 lower-case hex digits");
  header.digest = *digest;
  const auto system = parse_decimal(fields.text("system_identifier"));
  if (!system) damaged_header("field \"system_identifier\" is not a decimal number");
  header.system_identifier = *system;
  header.segment_size = static_cast<std::uint32_t>(
      fields.number("segment_size", std::numeric_limits<std::uint32_t>::max()));
  header.client = fields.text("client");
  const auto time = parse_iso8601(fields.text("time"));
  if (!time) damaged_header("field \"time\" is not of the form YYYY-MM-DDThh:mm:ssZ");
  header.time = *time;
  if (fields.has("instance")) header.instance = fields.text("instance");
  return header;
}

}  // namespace

std::string encode_object_header(const ObjectHeader& header) {
  if (header.name.empty() || header.client.empty()) {
    throw Error(ErrorKind::kInvalid, "object header needs the names of a file and of a client");
  }
  // The order of the fields is part of the format.
  const std::string_view format = header.instance.empty() ? kFormat : kFormatWithInstance;
  json::object fields = {
      {"format", json::string_view(format.data(), format.size())},
      {"name", header.name},
      {"raw_size", header.raw_size},
      {"xxh128", to_string(header.digest)},
      // As text: many JSON readers keep only 53 bits of a number.
      {"system_identifier", std::to_string(header.system_identifier)},
      {"segment_size", header.segment_size},
      {"client", header.client},
      {"time", to_iso8601(header.time)},
  };
  if (!header.instance.empty()) fields["instance"] = header.instance;
  std::string line = fmt::format("{}\n", json::serialize(fields));
  if (line.size() > kLargestObjectHeader) {
    throw Error(ErrorKind::kInvalid,
                fmt::format("object header has {} bytes, but only {} are allowed", line.size(),
                            kLargestObjectHeader));
  }
  return line;
}

ObjectHeader decode_object_header(std::string_view json) {
  if (json.size() > kLargestObjectHeader) {
    damaged_header(
        fmt::format("it has {} bytes, but only {} are allowed", json.size(), kLargestObjectHeader));
  }
  if (!json.ends_with('\n')) damaged_header("its line does not end");
  json::error_code error;
  const json::value value =
      json::parse({json.data(), json.size()}, error, {}, {.max_depth = kDeepestHeader});
  if (error) damaged_header(fmt::format("it is not JSON: {}", error.message()));
  const json::object* const object = value.if_object();
  if (object == nullptr) damaged_header("it is not a JSON object");
  return header_of(Fields(*object));
}

}  // namespace walstow
