#include "proto/wire/json_fields.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/http/http.h"
#include "proto/http/page.h"

namespace walstow {

namespace json = boost::json;

namespace {

std::optional<Grant> grant_of(const json::object& object) {
  auto cluster = text_member(object, "cluster");
  const json::value* rights = object.if_contains("rights");
  if (!cluster || rights == nullptr || !rights->is_array()) return std::nullopt;
  if (*cluster != kEveryCluster && !valid_cluster_name(*cluster)) return std::nullopt;
  Grant grant{.cluster = std::move(*cluster), .rights = {}};
  for (const json::value& item : rights->get_array()) {
    if (!item.is_string()) return std::nullopt;
    const json::string& text = item.get_string();
    if (const auto right = parse_right({text.data(), text.size()})) grant.rights.insert(*right);
  }
  return grant;
}

// A number beyond the range of double, which Boost.JSON reads as infinity and writes as "Infinity":
// a record that is read and written again would no longer be JSON.
bool is_infinite(const json::value& value) {
  if (value.is_double()) return !std::isfinite(value.get_double());
  if (value.is_array()) return std::ranges::any_of(value.get_array(), is_infinite);
  if (!value.is_object()) return false;
  return std::ranges::any_of(value.get_object(), [](const json::key_value_pair& member) {
    return is_infinite(member.value());
  });
}

}  // namespace

std::optional<json::object> parse_json_object(std::string_view body) {
  if (body.size() > kLargestJson) return std::nullopt;
  json::error_code error;
  json::value value = json::parse(body, error);
  if (error || !value.is_object() || is_infinite(value)) return std::nullopt;
  return std::move(value.get_object());
}

std::optional<std::string> text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const json::string& text = value->get_string();
  return std::string(text.data(), text.size());
}

std::optional<std::uint64_t> number_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  json::error_code error;
  const auto number = value->to_number<std::uint64_t>(error);
  if (error) return std::nullopt;
  return number;
}

std::optional<Time> time_member(const json::object& object, std::string_view name) {
  const auto text = text_member(object, name);
  return text ? parse_iso8601(*text) : std::nullopt;
}

const json::object* object_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

json::array grants_array(const Grants& grants) {
  json::array array;
  for (const Grant& grant : grants) {
    json::array rights;
    for (const Right right : grant.rights)
      rights.emplace_back(to_string(right));
    array.emplace_back(json::object{{"cluster", grant.cluster}, {"rights", std::move(rights)}});
  }
  return array;
}

std::optional<Grants> grants_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) return std::nullopt;
  Grants grants;
  for (const json::value& item : value->get_array()) {
    auto grant = item.is_object() ? grant_of(item.get_object()) : std::nullopt;
    if (!grant) return std::nullopt;
    grants.push_back(std::move(*grant));
  }
  return grants;
}

json::string escaped_text(std::string_view value) {
  return json::string(escaped(value));
}

json::value time_or_null(const std::optional<Time>& time) {
  return time ? json::value(to_iso8601(*time)) : json::value(nullptr);
}

std::string to_line(const json::object& object) {
  return fmt::format("{}\n", json::serialize(object));
}

std::string to_page(std::string_view name, json::array entries, const std::string& next) {
  json::object page{{name, std::move(entries)}};
  if (!next.empty()) page[kNextPage] = next;
  return to_line(page);
}

}  // namespace walstow
