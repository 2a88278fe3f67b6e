// Marks the breaks that a put reveals: inside its segment, where the segment joins others that this
// process has received, and where an unfinished segment ends. Blocking. Errors: as in
// store/backend/backend.h. One thread at a time may use it.
#pragma once

#include <optional>
#include <string>

#include "proto/wal/segment_end.h"
#include "proto/wire/command.h"
#include "store/archive/archive.h"
#include "store/files/placement.h"
#include "store/files/recent_edges.h"

namespace walstow {

class PutBreaks {
 public:
  // `put` is proven: it is a segment with this end and these edges. The references must outlive
  // this object.
  PutBreaks(Backend& backend, RecentEdges& recent_edges, const PutFile& put, const EraName& era,
            const SegmentEnd& end, const SegmentEdges& edges)
      : backend_(backend),
        recent_edges_(recent_edges),
        put_(put),
        era_(era),
        end_(end),
        edges_(edges),
        content_{put.file, put.digest} {}

  // Marks a break before the segment gets its name: afterwards nothing examines the segment again.
  // The mark is durable on return. Returns its description, "" for an unfinished segment. Returns
  // nullopt if there is no break.
  std::optional<std::string> mark();
  // Removes the mark if the content was not stored anywhere. Call it after mark() made one.
  void forget_unplaced();
  // Call it once the segment is placed. From then on a put of a neighbouring segment sees this one,
  // and this put sees neighbours that were stored meanwhile. If the existing content differs after
  // its end, it gets its own mark. `broken`: the description by mark(). Returns the description for
  // the answer.
  std::string look_again(const PlacedFile& placed, const std::string& broken);

 private:
  std::optional<LogBreak> find(const SegmentContent& content);
  std::optional<LogBreak> find_unfinished() const;
  std::string describe(const LogBreak& found) const;
  Lsn at(std::uint64_t offset) const;

  Backend& backend_;
  RecentEdges& recent_edges_;
  const PutFile& put_;
  const EraName& era_;
  const SegmentEnd end_;
  const SegmentEdges edges_;
  const SegmentContent content_;
};

}  // namespace walstow
