#include "proto/wire/withdraw_report.h"

#include "proto/wire/json_fields.h"
#include "proto/wire/report_reader.h"

namespace walstow {

namespace json = boost::json;

json::object withdrawn_object(const WithdrawnReport& report) {
  json::object object;
  object["era"] = report.era;
  object["name"] = report.name;
  object["digest"] = report.digest;
  object["state"] = report.state;
  object["client"] = escaped_text(report.client);
  object["put"] = to_iso8601(report.put);
  object["stored_size"] = report.stored_size;
  object["followed"] = report.followed;
  object["by"] = escaped_text(report.by);
  object["reason"] = escaped_text(report.reason);
  object["at"] = to_iso8601(report.at);
  return object;
}

WithdrawnReport read_withdrawn(const ReportReader& reader) {
  return {.era = reader.text("era"),
          .name = reader.text("name"),
          .digest = reader.text("digest"),
          .state = reader.text("state"),
          .client = reader.text("client"),
          .put = reader.time("put"),
          .stored_size = reader.number("stored_size"),
          .followed = reader.truth("followed"),
          .by = reader.text("by"),
          .reason = reader.text("reason"),
          .at = reader.time("at")};
}

std::string to_json(const WithdrawnPage& page) {
  return to_line(
      json::object{{"files", array_of(page.files, withdrawn_object)}, {"next", page.next}});
}

std::string to_json(const WithdrawnReport& report) {
  json::object line = withdrawn_object(report);
  line["kind"] = "withdrawn";
  return to_line(line);
}

WithdrawnPage parse_withdrawn_page(std::string_view body) {
  const json::object object = parse_report_body(body, "list of withdrawn files");
  const ReportReader reader(object, "list of withdrawn files");
  return {.files = reader.objects("files", read_withdrawn), .next = reader.text("next")};
}

}  // namespace walstow
