// Members of JSON objects, for bodies and for the records of an archive. Reading input from outside
// is bounded, and never throws.
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

// nullopt: longer than kLargestJson, not JSON, followed by something, or not an object.
std::optional<boost::json::object> parse_json_object(std::string_view body);

// nullopt: absent, or of another type.
std::optional<std::string> text_member(const boost::json::object& object, std::string_view name);
std::optional<std::uint64_t> number_member(const boost::json::object& object,
                                           std::string_view name);
// nullopt: absent, of another type, or not in the form of to_iso8601().
std::optional<Time> time_member(const boost::json::object& object, std::string_view name);
// nullptr: absent, or of another type.
const boost::json::object* object_member(const boost::json::object& object, std::string_view name);

// [{"cluster":"main","rights":["archive","restore"]}], in both directions. Rights of later releases
// are ignored.
boost::json::array grants_array(const Grants& grants);
std::optional<Grants> grants_member(const boost::json::object& object, std::string_view name);

// For names of people and machines: whatever they contain, a body stays ASCII on one line.
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
