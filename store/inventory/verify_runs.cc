#include "store/inventory/verify_runs.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/wire/json_fields.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"

namespace walstow {
namespace {

bool is_of_everything(const VerifyFiles& verify) {
  return verify.range.is_everything() && !verify.since;
}

void write_verify_record(Backend& backend, const std::string& cluster, const VerifyRecord& record) {
  backend.update_record(layout::verified_record(cluster), [&](const std::optional<std::string>&) {
    return std::optional(to_line({{"format", kArchiveFormat},
                                  {"ended", to_iso8601(record.ended)},
                                  {"depth", record.deep ? "content" : "bytes"},
                                  {"objects", record.objects},
                                  {"problems", record.problems},
                                  {"by", escaped(record.by)}}));
  });
}

}  // namespace

std::optional<VerifyRecord> read_verify_record(BackendReader& backend, std::string_view cluster) {
  const std::string key = layout::verified_record(cluster);
  const auto content = backend.read_record(key);
  if (!content) return std::nullopt;
  const std::string record = record_name(backend, key);
  const boost::json::object object = parse_record(*content, record);
  const auto ended = time_member(object, "ended");
  const auto depth = text_member(object, "depth");
  const auto objects = number_member(object, "objects");
  const auto problems = number_member(object, "problems");
  const auto by = text_member(object, "by");
  if (!ended || !depth || !objects || !problems || !by) throw_damaged_record(record);
  return VerifyRecord{.ended = *ended,
                      .deep = *depth == "content",
                      .objects = *objects,
                      .problems = *problems,
                      .by = *by};
}

std::optional<VerifyRecord> VerifyRuns::finished(const std::string& client,
                                                 const VerifyFiles& verify, const VerifyPage& page,
                                                 Time now) {
  const bool deep = verify.depth == VerifyFiles::Depth::kContent;
  const std::string name = fmt::format("{}/{}/{}", verify.cluster, client, deep);
  const std::lock_guard lock(mutex_);
  const bool begins = verify.after.empty();
  auto run = runs_.find(name);
  if (begins) {
    if (run == runs_.end() && runs_.size() == kMostRuns) runs_.erase(runs_.begin());
    run = runs_.insert_or_assign(name, Run{}).first;
  } else if (run == runs_.end() || run->second.next != verify.after) {
    return std::nullopt;
  }
  run->second.objects += page.objects;
  run->second.problems += page.problems.size();
  run->second.next = page.next;
  if (!page.next.empty()) return std::nullopt;
  const VerifyRecord record{.ended = now,
                            .deep = deep,
                            .objects = run->second.objects,
                            .problems = run->second.problems,
                            .by = client};
  runs_.erase(run);
  return record;
}

void VerifyRuns::note(const Archive& archive, const std::string& client, const VerifyFiles& verify,
                      const VerifyPage& page, Time now) {
  if (!is_of_everything(verify)) return;
  const auto record = finished(client, verify, page, now);
  if (!record) return;
  try {
    write_verify_record(archive.backend(), verify.cluster, *record);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning,
             fmt::format("could not record that cluster \"{}\" was verified: {}", verify.cluster,
                         error.what()),
             error.hint());
  }
}

}  // namespace walstow
