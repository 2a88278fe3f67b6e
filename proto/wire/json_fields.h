// Members of JSON objects, for bodies and for the records of an archive. Functions that read input
// from outside check its size, and never throw.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/identity/grant.h"

namespace walstow {

// Returns nullopt if `body` is longer than kLargestJson, is not JSON, is not an object, or has
// anything after the object.
std::optional<boost::json::object> parse_json_object(std::string_view body);

// Returns nullopt if the member is absent, or has another type.
std::optional<std::string> text_member(const boost::json::object& object, std::string_view name);
std::optional<std::uint64_t> number_member(const boost::json::object& object,
                                           std::string_view name);
// Returns nullopt if the member is absent, has another type, or is not in the form of to_iso8601().
std::optional<Time> time_member(const boost::json::object& object, std::string_view name);
// Returns nullptr if the member is absent, or has another type.
const boost::json::object* object_member(const boost::json::object& object, std::string_view name);

// Make and read an array of grants: [{"cluster":"main","rights":["archive","restore"]}]. Rights
// that only later releases know are ignored.
boost::json::array grants_array(const Grants& grants);
std::optional<Grants> grants_member(const boost::json::object& object, std::string_view name);

// Returns the name of a person or machine with unprintable characters escaped. So the body is one
// line of UTF-8, whatever the names contain.
boost::json::string escaped_text(std::string_view value);
boost::json::value time_or_null(const std::optional<Time>& time);
template <class Number>
boost::json::value number_or_null(const std::optional<Number>& number) {
  return number ? boost::json::value(*number) : boost::json::value(nullptr);
}
template <class Item, class Value>
boost::json::array array_of(const std::vector<Item>& items, Value (*to_value)(const Item&)) {
  boost::json::array array;
  array.reserve(items.size());
  for (const Item& item : items)
    array.push_back(to_value(item));
  return array;
}

// Returns the body as it is sent: one line.
std::string to_line(const boost::json::object& object);
// Returns one page of a list. A `next` that is not "" becomes the `after` of the next page.
std::string to_page(std::string_view name, boost::json::array entries, const std::string& next);

}  // namespace walstow
