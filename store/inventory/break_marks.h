// Marks of segments whose records break off in their middle, or do not go on from the segment
// before or in the one behind: kept as they came, since their server
// has no better file, and told of until they are pruned or another content takes their name. One
// record each, in the era's folder. Blocking. Errors: as store/backend/backend.h.
#pragma once

#include <string_view>
#include <vector>

#include "proto/codec/digest.h"
#include "proto/wire/report.h"
#include "store/archive/archive.h"
#include "store/backend/entries.h"

namespace walstow {

// Durable on return. `digest` is the content's; `at` is where a reader ends: in the segment,
// or before it or at its begin where it does not go on from the one before.
void mark_break(Backend& backend, std::string_view cluster, const EraName& era,
                const WalFileName& segment, const Digest& digest, Lsn at);

// Removes the mark of a content that neither stands nor is kept for a decision, or behind one: so
// there are no more marks than contents. Durable on return.
void forget_break(Backend& backend, std::string_view cluster, const EraName& era,
                  const WalFileName& segment, const Digest& digest);

// Of those segments that stand with the content that was marked, the newest ones of the highest
// timeline first, `most` at most. A mark that cannot be read goes into `damaged` and stops nothing;
// a segment that cannot be read is left out: verify tells of it.
std::vector<BreakReport> list_breaks(Backend& backend, std::string_view cluster, const EraName& era,
                                     std::size_t most, DamagedRecords& damaged);

// The same of all marks. For a prune that has come to its end. A mark that is made right then,
// before its content stands, may go, too; a verification still finds the break.
void forget_breaks(Backend& backend, std::string_view cluster, const EraName& era);

}  // namespace walstow
