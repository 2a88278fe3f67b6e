#include "store/files/put_breaks.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/object/compare_segments.h"

namespace walstow {

std::optional<std::string> PutBreaks::mark() {
  const auto found = find(content_);
  if (!found) return std::nullopt;
  mark_break(backend_, put_.cluster, era_, content_, *found);
  return describe(*found);
}

void PutBreaks::forget_unplaced() {
  forget_break(backend_, put_.cluster, era_, content_);
}

Lsn PutBreaks::at(std::uint64_t offset) const {
  const SegmentSize size = segment_size_of(era_);
  return Lsn{start_of(put_.file.number(size), size).value + offset};
}

// A break inside the segment, or where it joins segments that were put before and still exist. An
// unfinished segment is one if the log continues after it.
std::optional<LogBreak> PutBreaks::find(const SegmentContent& content) {
  if (end_.broken) return LogBreak{.at = at(*end_.broken), .segment = put_.file, .before = {}};
  for (;;) {
    auto found = recent_edges_.find_break(put_.cluster, era_, content, edges_);
    if (!found) return find_unfinished();
    const auto gone = std::ranges::find_if(found->contents, [&](const SegmentContent& other) {
      return other != content && !has_content(backend_, put_.cluster, era_, other);
    });
    if (gone == found->contents.end()) return found;
    recent_edges_.forget(put_.cluster, era_, *gone);
  }
}

std::optional<LogBreak> PutBreaks::find_unfinished() const {
  if (end_.kind != SegmentEnd::Kind::kUnfinished) return std::nullopt;
  return LogBreak{.at = at(end_.offset), .segment = put_.file, .is_unfinished = true, .before = {}};
}

// "" for an unfinished segment: nobody knows yet whether the log continues after it.
std::string PutBreaks::describe(const LogBreak& found) const {
  if (found.is_unfinished) return {};
  const SegmentSize size = segment_size_of(era_);
  return found.before ? describe_joint(*found.before, found.segment, size, found.at)
                      : describe_break(found.segment, size, *end_.broken);
}

std::string PutBreaks::look_again(const PlacedFile& placed, const std::string& broken) {
  if (placed.name != put_.file.text()) return broken;  // kept under another name
  const SegmentContent existing{put_.file, placed.digest};
  recent_edges_.add(put_.cluster, era_, existing, edges_);
  const auto found = find(existing);
  if (!found) return placed.digest == put_.digest ? broken : "";
  // Also if this put has made that mark before: without the segment, others may have removed it.
  try {
    mark_break(backend_, put_.cluster, era_, existing, *found);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning,
             fmt::format("could not mark where the log breaks off: {}", error.what()),
             error.hint());
  }
  return describe(*found);
}

}  // namespace walstow
