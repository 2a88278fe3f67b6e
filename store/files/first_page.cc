#include "store/files/first_page.h"

#include <fmt/format.h>

#include "proto/base/suggestion.h"
#include "proto/wal/timeline_history.h"
#include "store/archive/layout.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

std::optional<TimelineHistory> find_history(const Archive& archive, const EraName& era,
                                            const PutFile& put) {
  const WalFileName file = WalFileName::history(put.file.timeline());
  for (const EraName& other : archive.eras_newest_first(put.cluster)) {
    if (!same_log(other, era)) continue;
    const auto key = layout::object_key(put.cluster, other, file);
    const auto content = read_small_object(archive.backend(), *key, kLargestHistoryFile);
    if (!content) continue;
    if (auto parsed = parse_timeline_history(put.file.timeline(), *content).history) return parsed;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> refuse_first_page(const Archive& archive, const EraName& era,
                                         const PutFile& put, Timeline page) {
  if (page == put.file.timeline()) return std::nullopt;
  const auto history = find_history(archive, era, put);
  if (!history) return std::nullopt;
  const SegmentSize size = segment_size_of(era);
  const std::string problem = impossible_first_page(*history, put.file.number(size), size, page);
  if (problem.empty()) return std::nullopt;
  return make_refusal(
      Code::kBadContent, fmt::format("\"{}\": {}", put.file.text(), problem),
      fmt::format("PostgreSQL renames old segments for later use. This file has such a name, but "
                  "no log of timeline {} yet. {} puts only the segments that a server has written.",
                  put.file.timeline().value, suggestion({"backfill", put.cluster})));
}

}  // namespace walstow
