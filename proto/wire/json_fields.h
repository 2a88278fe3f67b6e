// Reading members of a JSON object that came from outside: bounded, and never an exception. For
// bodies, and for the records of an archive.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/grant.h"

namespace walstow {

// nullopt: longer than kLargestJson, not JSON, something after it, or not an object.
std::optional<boost::json::object> parse_json_object(std::string_view body);

// nullopt: absent, or of another type.
std::optional<std::string> text_member(const boost::json::object& object, std::string_view name);
std::optional<std::uint64_t> number_member(const boost::json::object& object,
                                           std::string_view name);
// nullptr: absent, or of another type.
const boost::json::object* object_member(const boost::json::object& object, std::string_view name);

// [{"cluster":"main","rights":["archive","restore"]}], both ways. What a later release calls a
// right gives none here.
boost::json::array grants_array(const Grants& grants);
std::optional<Grants> grants_member(const boost::json::object& object, std::string_view name);

// A body as it goes out: one line.
std::string to_line(const boost::json::object& object);

}  // namespace walstow
