// Reading the body of an answer. Private to this folder.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <fmt/format.h>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/error.h"
#include "proto/base/utc_time.h"
#include "proto/wire/json_fields.h"

namespace walstow {

[[noreturn]] inline void throw_not_a(std::string_view what, const std::string& why) {
  throw Error(ErrorKind::kUnavailable, fmt::format("the store's answer is not a {}: {}", what, why),
              "Something other than walstowd may have answered, or another release of it.");
}

// Members of one object of a body; each getter throws when the member is absent or of another type.
class BodyReader {
 public:
  BodyReader(const boost::json::object& object, std::string_view what)
      : object_(object), what_(what) {}

  std::string text(std::string_view name) const {
    auto value = text_member(object_, name);
    if (!value) fail(name, "a text");
    return std::move(*value);
  }
  std::uint64_t number(std::string_view name) const {
    const auto value = number_member(object_, name);
    if (!value) fail(name, "a number");
    return *value;
  }
  std::uint32_t small_number(std::string_view name) const {
    const std::uint64_t value = number(name);
    if (value > std::numeric_limits<std::uint32_t>::max()) fail(name, "a number below 2^32");
    return static_cast<std::uint32_t>(value);
  }
  std::optional<std::uint32_t> small_number_or_null(std::string_view name) const {
    if (is_null(name)) return std::nullopt;
    return small_number(name);
  }
  bool truth(std::string_view name) const {
    const boost::json::value* value = object_.if_contains(name);
    if (value == nullptr || !value->is_bool()) fail(name, "true or false");
    return value->get_bool();
  }
  Time time(std::string_view name) const {
    const auto value = text_member(object_, name);
    const auto time = value ? parse_iso8601(*value) : std::nullopt;
    if (!time) fail(name, "a time");
    return *time;
  }
  std::optional<Time> time_or_null(std::string_view name) const {
    if (is_null(name)) return std::nullopt;
    return time(name);
  }
  std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> items;
    for (const boost::json::value& item : array(name)) {
      if (!item.is_string()) fail(name, "an array of texts");
      items.emplace_back(item.get_string().c_str());
    }
    return items;
  }
  Grants grants(std::string_view name) const {
    auto grants = grants_member(object_, name);
    if (!grants) fail(name, "an array of grants");
    return std::move(*grants);
  }
  // One item for each object of an array.
  template <class Read>
  auto objects(std::string_view name, Read read) const {
    std::vector<decltype(read(*this))> items;
    for (const boost::json::value& item : array(name)) {
      if (!item.is_object()) fail(name, "an array of objects");
      items.push_back(read(BodyReader(item.get_object(), what_)));
    }
    return items;
  }

 private:
  bool is_null(std::string_view name) const {
    const boost::json::value* value = object_.if_contains(name);
    return value != nullptr && value->is_null();
  }
  const boost::json::array& array(std::string_view name) const {
    const boost::json::value* value = object_.if_contains(name);
    if (value == nullptr || !value->is_array()) fail(name, "an array");
    return value->get_array();
  }
  [[noreturn]] void fail(std::string_view name, std::string_view form) const {
    throw_not_a(what_, fmt::format("\"{}\" is not {}", name, form));
  }

  const boost::json::object& object_;
  std::string_view what_;
};

inline boost::json::object parse_body(std::string_view body, std::string_view what) {
  auto object = parse_json_object(body);
  if (!object) {
    throw_not_a(what, fmt::format("its {} bytes are no JSON object", body.size()));
  }
  return std::move(*object);
}

}  // namespace walstow
