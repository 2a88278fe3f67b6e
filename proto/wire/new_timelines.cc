#include "proto/wire/new_timelines.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/wire/field_reader.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/report_reader.h"
#include "proto/wire/start_request.h"

namespace walstow {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestNames = 4096;  // characters
constexpr std::string_view kAny = "any";

constexpr FieldForm<std::optional<ClientNames>> kNewTimelines{
    field::kNewTimelines, parse_new_timelines,
    "\"any\", or names of clients separated by ',', none of them \"any\""};

}  // namespace

std::string to_new_timelines_text(const std::optional<ClientNames>& clients) {
  return clients ? fmt::format("{}", fmt::join(*clients, ",")) : std::string(kAny);
}

std::optional<std::optional<ClientNames>> parse_new_timelines(std::string_view text) {
  if (text == kAny) return std::optional<ClientNames>();
  if (text.size() > kLongestNames) return std::nullopt;
  ClientNames names;
  for (;;) {
    const std::size_t comma = text.find(',');
    names.emplace_back(text.substr(0, comma));
    const bool known = std::ranges::count(names, names.back()) > 1;
    // A client of that name, alone in the list, would mean every client.
    if (known || names.back() == kAny || !valid_client_name(names.back())) return std::nullopt;
    if (comma == std::string_view::npos) return names;
    text.remove_prefix(comma + 1);
  }
}

std::string to_json(const NewTimelinesReport& report) {
  return to_line({{"new_timelines", to_new_timelines_text(report.clients)},
                  {"by", escaped_text(report.by)},
                  {"set", to_iso8601(report.set)}});
}

NewTimelinesReport parse_new_timelines_report(std::string_view body) {
  constexpr std::string_view kWhat = "answer about new timelines";
  const json::object object = parse_report_body(body, kWhat);
  const ReportReader reader(object, kWhat);
  const auto clients = parse_new_timelines(reader.text("new_timelines"));
  if (!clients) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("{} does not contain the names of clients, or \"any\"", kWhat),
                "If walstow here is older than the store, update it.");
  }
  return {.clients = *clients, .by = reader.text("by"), .set = reader.time("set")};
}

RequestHead request_for(const SetNewTimelines& set) {
  RequestHead request = start_in_cluster(Method::kPut, set.cluster, "timelines");
  request.fields.set(field::kNewTimelines, to_new_timelines_text(set.clients));
  return request;
}

RequestHead request_for(const ShowNewTimelines& show) {
  return start_in_cluster(Method::kGet, show.cluster, "timelines");
}

std::optional<OrRefusal<Command>> parse_new_timelines_request(const RequestHead& request,
                                                              const std::string& cluster,
                                                              const Target& target) {
  if (target.path.size() != 4 || target.path[3] != "timelines") return std::nullopt;
  if (request.method == Method::kGet) return ShowNewTimelines{cluster};
  if (request.method != Method::kPut) return std::nullopt;
  FieldReader fields(request.fields);
  const auto clients = fields.required(kNewTimelines);
  if (fields.refused()) return *fields.refused();
  return SetNewTimelines{cluster, *clients};
}

}  // namespace walstow
