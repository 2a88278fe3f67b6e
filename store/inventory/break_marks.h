// Marks of segments where the log breaks off: inside a segment, or where one segment should
// continue another. The store keeps such segments, since their server has nothing better. A mark
// counts as long as the contents that it names exist. Each is one record in the era's folder.
// Blocking. Errors: as store/backend/backend.h.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "proto/codec/digest.h"
#include "proto/wire/report.h"
#include "store/archive/archive.h"
#include "store/backend/entries.h"

namespace walstow {

// A content that was put under the name of a segment.
struct SegmentContent {
  WalFileName segment;
  Digest digest;
  bool operator==(const SegmentContent&) const = default;
};

// A point at which a recovery would end, although the log continues.
struct LogBreak {
  Lsn at;
  WalFileName segment;                // the break is inside it
  std::optional<WalFileName> before;  // or between this one and `segment`: either may be damaged
  // The contents that were read to find a break between two segments: from the segment in which a
  // reader ends to `segment`. With another content of one of them there may be no break.
  std::vector<SegmentContent> contents = {};
};

// Whether the existing segment has that content. A damaged header counts as another content: verify
// reports it.
bool has_content(BackendReader& backend, std::string_view cluster, const EraName& era,
                 const SegmentContent& content);

// Durable on return. `put` is the content with which the break was found. The first mark of a
// content stays.
void mark_break(Backend& backend, std::string_view cluster, const EraName& era,
                const SegmentContent& put, const LogBreak& found);

// Removes the mark of `put` if one of its contents is gone: neither under its name nor kept in
// conflicts/ or settled/. A damaged header counts as existing. So there are no more marks than
// contents. Durable on return.
void forget_break(Backend& backend, std::string_view cluster, const EraName& era,
                  const SegmentContent& put);

// The marks whose contents exist, the newest ones of the highest timeline first, at most `most`. An
// unreadable mark is added to `damaged`, and the others are still listed.
std::vector<BreakReport> list_breaks(BackendReader& backend, std::string_view cluster,
                                     const EraName& era, std::size_t most, DamagedRecords& damaged);

// Runs forget_break() for every mark, at the end of a prune. A mark that is created at that moment,
// before its content exists, may be removed, too; a verification still finds the break.
void forget_breaks(Backend& backend, std::string_view cluster, const EraName& era);

}  // namespace walstow
