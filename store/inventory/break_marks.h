// Marks for segments where the log breaks off: inside a segment, or where one segment should
// continue another. A segment that is unfinished has a mark, too: it counts as soon as the log
// continues after the segment. The store keeps such segments, because their server has no better
// version. A mark counts as long as the versions that it names exist. Each mark is one record in
// the era's folder. Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "proto/codec/digest.h"
#include "proto/wire/report.h"
#include "store/archive/archive.h"
#include "store/backend/entries.h"

namespace walstow {

// The largest number of marks per era in a report, newest first.
inline constexpr std::size_t kMostBreaks = 100;

// A version of a segment that was put under the segment's name.
struct SegmentContent {
  WalFileName segment;
  Digest digest;
  bool operator==(const SegmentContent&) const = default;
};

// A point at which a recovery would end, although the log continues.
struct LogBreak {
  Lsn at;
  WalFileName segment;         // the break is inside this segment
  bool is_unfinished = false;  // the segment is not damaged: it ends at `at`
  // If set, the break is between this segment and `segment`. Either may be damaged.
  std::optional<WalFileName> before;
  // The versions that were read to find a break between two segments: from the segment in which a
  // reader stops, to `segment`. If one of these segments was replaced since, the break may no
  // longer exist.
  std::vector<SegmentContent> contents = {};
};

// Returns whether the existing segment has that content. A damaged header counts as other content,
// because verify reports it.
bool has_content(BackendReader& backend, std::string_view cluster, const EraName& era,
                 const SegmentContent& content);

// Makes a mark, which is durable on return. `put` is the version whose put revealed the break. If
// that version has a mark already, the old mark stays.
void mark_break(Backend& backend, std::string_view cluster, const EraName& era,
                const SegmentContent& put, const LogBreak& found);

// Removes the mark of `put` if one of its versions is gone: neither under its name nor kept in
// conflicts/ or settled/. An object with a damaged header counts as existing. So there are never
// more marks than versions. The removal is durable on return. If the versions exist again after the
// removal, the mark is made again.
void forget_break(Backend& backend, std::string_view cluster, const EraName& era,
                  const SegmentContent& put);

// Returns whether the log continues after a segment: on its timeline, or on one that branched
// off later.
using GoesOnAfter = std::function<bool(const WalFileName& segment)>;

// Returns the marks whose versions exist, at most `most`. Leaves out unfinished segments after
// which the log does not continue. Marks of the highest timeline come first, and newer marks before
// older ones. Descriptions of unreadable marks are added to `damaged`.
std::vector<BreakReport> list_breaks(BackendReader& backend, std::string_view cluster,
                                     const EraName& era, std::size_t most,
                                     const GoesOnAfter& goes_on_after, DamagedRecords& damaged);

// Runs forget_break() for every mark. A prune calls this function at its end. This may also remove
// a mark that is created at that moment, before its version exists. So a put makes its mark again
// once the version exists.
void forget_breaks(Backend& backend, std::string_view cluster, const EraName& era);

}  // namespace walstow
