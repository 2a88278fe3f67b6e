// The times of stored segments, for requests. Reads the objects of segments that the index lacks.
// Blocking. Errors: as in store/backend/backend.h. An object that cannot be read has no known
// times, and does not hide the others.
#pragma once

#include <optional>
#include <string_view>

#include "proto/wire/times_command.h"
#include "proto/wire/times_report.h"
#include "store/archive/archive.h"
#include "store/inventory/times_index.h"

namespace walstow {

// The index remembers what was read. After 1.5 seconds, no further segment is read for the page.
// The segments that are then being read are completed.
TimesPage list_times(const Archive& archive, TimesIndex& index, const ListTimes& list);

// Returns nullopt if there is no segment with this name. The index remembers what was read.
std::optional<SegmentTimes> times_of_segment(const Archive& archive, TimesIndex& index,
                                             std::string_view cluster, const EraName& era,
                                             const WalFileName& segment);

// Returns a segment's times from the index. Does not read the segment. Returns nullopt if the index
// lacks them, or if the segment's content has changed since it was indexed.
std::optional<SegmentTimes> indexed_times(const Archive& archive, std::string_view cluster,
                                          const EraName& era, const WalFileName& segment,
                                          const TimesEntries& entries);

// Removes each record that begins below `limit`, if all of its segments have been removed.
void forget_times(Backend& backend, std::string_view cluster, const EraName& era,
                  SegmentNumber limit);

}  // namespace walstow
