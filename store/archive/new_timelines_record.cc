#include "store/archive/new_timelines_record.h"

#include <boost/json/object.hpp>

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/wire/json_fields.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"

namespace walstow {

NewTimelinesReport read_new_timelines(BackendReader& backend, const std::string& cluster) {
  const std::string key = layout::new_timelines_record(cluster);
  const auto content = backend.read_record(key);
  if (!content) return {};
  const std::string record = record_name(backend, key);
  const boost::json::object object = parse_record(*content, record);
  const auto text = text_member(object, "new_timelines");
  const auto clients = text ? parse_new_timelines(*text) : std::nullopt;
  const auto by = text_member(object, "by");
  const auto set = time_member(object, "set");
  if (!clients || !by || !set) throw_damaged_record(record);
  return {.clients = *clients, .by = *by, .set = *set};
}

NewTimelinesReport set_new_timelines(Backend& backend, const SetNewTimelines& set,
                                     const std::string& by, Time now) {
  const NewTimelinesReport report{.clients = set.clients, .by = by, .set = now};
  const std::string text = to_new_timelines_text(set.clients);
  backend.update_record(layout::new_timelines_record(set.cluster),
                        [&](const std::optional<std::string>&) {
                          return std::optional(to_line({{"format", kArchiveFormat},
                                                        {"new_timelines", text},
                                                        {"by", escaped(by)},
                                                        {"set", to_iso8601(now)}}));
                        });
  log_line(LogLevel::kInfo, fmt::format("\"{}\" has set who opens timelines in cluster \"{}\": {}",
                                        by, set.cluster, text));
  return report;
}

std::optional<Refusal> refuse_opening(BackendReader& backend, const PutFile& put,
                                      const std::string& client) {
  const NewTimelinesReport may = read_new_timelines(backend, put.cluster);
  if (!may.clients || std::ranges::count(*may.clients, client) > 0) return std::nullopt;
  ClientNames with_it = *may.clients;
  with_it.push_back(client);
  const std::string file =
      put.file.kind() == FileKind::kHistory
          ? fmt::format("\"{}\" would open one", put.file.text())
          : fmt::format("the archive has no history of the timeline of \"{}\"", put.file.text());
  return make_refusal(
      Code::kOtherTimelines,
      fmt::format(
          "client \"{}\" may not open timelines in cluster \"{}\", as \"{}\" has set on {}; "
          "{}",
          client, put.cluster, may.by, to_iso8601(may.set), file),
      fmt::format("Was this server promoted on purpose? Then an administrator can allow it: {}. "
                  "Otherwise stop it, or set archive_mode = off there.",
                  suggestion({"policy", "set", put.cluster, "--new-timelines",
                              to_new_timelines_text(with_it)})));
}

}  // namespace walstow
