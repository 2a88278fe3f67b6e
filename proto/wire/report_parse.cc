#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <fmt/format.h>
#include <limits>

#include "proto/base/bytes.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/report.h"

namespace walstow {
namespace {

namespace json = boost::json;

[[noreturn]] void throw_not_a(std::string_view what, const std::string& why) {
  throw Error(ErrorKind::kUnavailable, fmt::format("the store's answer is not a {}: {}", what, why),
              "Something other than walstowd may have answered, or another release of it.");
}

// Members of one object of a body; each getter throws when the member is absent or of another type.
class Reader {
 public:
  Reader(const json::object& object, std::string_view what) : object_(object), what_(what) {}

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
    const json::value* value = object_.if_contains(name);
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
  Grants grants(std::string_view name) const {
    auto grants = grants_member(object_, name);
    if (!grants) fail(name, "an array of grants");
    return std::move(*grants);
  }
  // One item for each object of an array.
  template <class Read>
  auto objects(std::string_view name, Read read) const {
    std::vector<decltype(read(*this))> items;
    for (const json::value& item : array(name)) {
      if (!item.is_object()) fail(name, "an array of objects");
      items.push_back(read(Reader(item.get_object(), what_)));
    }
    return items;
  }

 private:
  bool is_null(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    return value != nullptr && value->is_null();
  }
  const json::array& array(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    if (value == nullptr || !value->is_array()) fail(name, "an array");
    return value->get_array();
  }
  [[noreturn]] void fail(std::string_view name, std::string_view form) const {
    throw_not_a(what_, fmt::format("\"{}\" is not {}", name, form));
  }

  const json::object& object_;
  std::string_view what_;
};

json::object parse_body(std::string_view body, std::string_view what) {
  auto object = parse_json_object(body);
  if (!object) {
    throw_not_a(what, fmt::format("its {} bytes are no JSON object", body.size()));
  }
  return std::move(*object);
}

SegmentRange read_range(const Reader& reader) {
  return {
      .first = reader.text("first"), .last = reader.text("last"), .count = reader.number("count")};
}

TimelineReport read_timeline(const Reader& reader) {
  return {.timeline = reader.small_number("timeline"),
          .parent = reader.small_number_or_null("parent"),
          .left_parent_at = reader.text("left_parent_at"),
          .ranges = reader.objects("ranges", read_range),
          .ranges_left_out = reader.number("ranges_left_out"),
          .segments = reader.number("segments"),
          .raw_bytes = reader.number("raw_bytes"),
          .stored_bytes = reader.number("stored_bytes"),
          .partials = reader.number("partials"),
          .incompletes = reader.number("incompletes"),
          .backups = reader.number("backups"),
          .newest = reader.time_or_null("newest")};
}

EraReport read_era(const Reader& reader) {
  return {.era = reader.text("era"),
          .timelines = reader.objects("timelines", read_timeline),
          .histories = reader.number("histories"),
          .conflicts = reader.number("conflicts")};
}

PositionReport read_position(const Reader& reader) {
  return {.client = reader.text("client"),
          .instance = reader.text("instance"),
          .standby = reader.text("standby"),
          .host = reader.text("host"),
          .system = reader.text("system"),
          .restartpoint = reader.text("restartpoint"),
          .lowest_handed = reader.text("lowest_handed"),
          .last_handed = reader.text("last_handed"),
          .seen = reader.time_or_null("seen"),
          .retired = reader.truth("retired")};
}

ClusterSummary read_summary(const Reader& reader) {
  return {.cluster = reader.text("cluster"),
          .newest_era = reader.text("newest_era"),
          .eras = reader.small_number("eras")};
}

ConflictReport read_conflict(const Reader& reader) {
  return {.era = reader.text("era"),
          .file = reader.text("file"),
          .digest = reader.text("digest"),
          .state = reader.text("state"),
          .client = reader.text("client"),
          .put = reader.time("put"),
          .stored_size = reader.number("stored_size"),
          .standing = reader.text("standing"),
          .standing_client = reader.text("standing_client"),
          .differs_at = reader.text("differs_at"),
          .ends_at = reader.text("ends_at"),
          .standing_ends_at = reader.text("standing_ends_at")};
}

ClientReport read_client(const Reader& reader) {
  return {.client = reader.text("client"),
          .public_key = reader.text("public_key"),
          .fingerprint = reader.text("fingerprint"),
          .grants = reader.grants("grants"),
          .certificate_until = reader.time_or_null("certificate_until"),
          .added = reader.time("added")};
}

FileEntry read_entry(const Reader& reader) {
  return {.era = reader.text("era"),
          .name = reader.text("name"),
          .stored_size = reader.number("stored_size"),
          .put = reader.time("put")};
}

}  // namespace

PutReport parse_put_report(std::string_view body) {
  const json::object object = parse_body(body, "report of a put");
  const Reader reader(object, "report of a put");
  return {.archive = reader.text("archive"),
          .era = reader.text("era"),
          .name = reader.text("name"),
          .digest = reader.text("digest"),
          .raw_size = reader.number("raw_size"),
          .stored_size = reader.number("stored_size")};
}

ClusterReport parse_cluster_report(std::string_view body) {
  const json::object object = parse_body(body, "cluster's status");
  const Reader reader(object, "cluster's status");
  return {.archive = reader.text("archive"),
          .cluster = reader.text("cluster"),
          .eras = reader.objects("eras", read_era),
          .positions = reader.objects("positions", read_position)};
}

std::vector<ClusterSummary> parse_cluster_summaries(std::string_view body) {
  const json::object object = parse_body(body, "list of clusters");
  return Reader(object, "list of clusters").objects("clusters", read_summary);
}

FilePage parse_file_page(std::string_view body) {
  const json::object object = parse_body(body, "list of files");
  const Reader reader(object, "list of files");
  return {.files = reader.objects("files", read_entry), .next = reader.text("next")};
}

WhoamiReport parse_whoami_report(std::string_view body) {
  const json::object object = parse_body(body, "whoami");
  const Reader reader(object, "whoami");
  return {.archive = reader.text("archive"),
          .name = reader.text("name"),
          .grants = reader.grants("grants"),
          .certificate_until = reader.time_or_null("certificate_until")};
}

CheckReport parse_check_report(std::string_view body) {
  const json::object object = parse_body(body, "report of a check");
  const Reader reader(object, "report of a check");
  return {.archive = reader.text("archive"),
          .cluster = reader.text("cluster"),
          .publish_microseconds = reader.number("publish_microseconds"),
          .read_microseconds = reader.number("read_microseconds"),
          .newest_era = reader.text("newest_era")};
}

std::vector<ClientReport> parse_client_reports(std::string_view body) {
  const json::object object = parse_body(body, "list of clients");
  return Reader(object, "list of clients").objects("clients", read_client);
}

std::vector<ConflictReport> parse_conflict_reports(std::string_view body) {
  const json::object object = parse_body(body, "list of conflicts");
  return Reader(object, "list of conflicts").objects("conflicts", read_conflict);
}

}  // namespace walstow
