// Marks of segments whose log breaks off: inside them, or where one segment should continue
// another. The segments are kept, since their server has nothing better. A mark counts as long as
// the contents stand that it is about; one record each, in the era's folder. Blocking. Errors: as
// store/backend/backend.h.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "proto/codec/digest.h"
#include "proto/wire/report.h"
#include "store/archive/archive.h"
#include "store/backend/entries.h"

namespace walstow {

// What was put under the name of a segment.
struct SegmentContent {
  WalFileName segment;
  Digest digest;
  bool operator==(const SegmentContent&) const = default;
};

// Where a recovery would end, although the log goes on.
struct LogBreak {
  Lsn at;
  WalFileName segment;                // the break is inside it
  std::optional<WalFileName> before;  // or between this one and `segment`: either may be damaged
  // What was read to find a break between two: from the segment in which a reader ends to
  // `segment`. With another content of one of them there may be no break.
  std::vector<SegmentContent> contents = {};
};

// Whether the segment stands with that content. A damaged header counts as another content: verify
// tells of it.
bool has_content(BackendReader& backend, std::string_view cluster, const EraName& era,
                 const SegmentContent& content);

// Durable on return. `put` is the content with which the break was found. Of one content the first
// mark stays.
void mark_break(Backend& backend, std::string_view cluster, const EraName& era,
                const SegmentContent& put, const LogBreak& found);

// Removes the mark of `put` if one of its contents has gone: it neither stands nor is kept in
// conflicts/ or settled/. A damaged header counts as standing. So there are no more marks than
// contents. Durable on return.
void forget_break(Backend& backend, std::string_view cluster, const EraName& era,
                  const SegmentContent& put);

// Those whose contents stand, the newest ones of the highest timeline first, `most` at most. A mark
// that cannot be read goes into `damaged` and stops nothing.
std::vector<BreakReport> list_breaks(BackendReader& backend, std::string_view cluster,
                                     const EraName& era, std::size_t most, DamagedRecords& damaged);

// forget_break() for every mark, for a prune that has come to its end. A mark that is made right
// then, before its content stands, may go, too; a verification still finds the break.
void forget_breaks(Backend& backend, std::string_view cluster, const EraName& era);

}  // namespace walstow
