// Asks a running primary through psql. psql takes passwords and certificates from the same places
// as every other client of PostgreSQL: PGPASSFILE, ~/.pgpass, PGSERVICEFILE.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/base/deadline.h"
#include "proto/wal/lsn.h"

namespace walstow {

// Where a segment ended.
struct SwitchedSegment {
  std::uint64_t system_identifier = 0;
  Timeline timeline;
  // What pg_switch_wal() has returned: the end of the log. If nothing was written since the last
  // segment ended, it is the start of the current segment.
  Lsn lsn;
};

// Ends the segment that the primary writes. `connection` is a connection string or URI of libpq; if
// it is "", psql uses the environment (PGHOST, PGSERVICE, ...). Throws Error{kUsage} if it contains
// a password, Error{kTimeout} at `deadline`, Error{kStorage} if there is no psql, and
// Error{kUnavailable} with the message of psql for all else.
SwitchedSegment switch_segment(const std::string& connection, Deadline deadline);

// Parses the answer to switch_segment()'s query: "7712431|000000010000000000000003|0/3000158".
// Throws Error{kUnavailable}. Pure.
SwitchedSegment parse_switched_segment(std::string_view line);

// Returns whether a connection string or URI contains a password, which other users of the host
// could read in the list of processes. Pure.
bool contains_password(std::string_view connection);

}  // namespace walstow
