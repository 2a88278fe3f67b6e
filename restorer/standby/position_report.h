// Reports to the store from time to time how far PostgreSQL has got, while the spool answers its
// calls without the store. Segments that were fetched ahead are not reported: only those that
// PostgreSQL received count.
#pragma once

#include <cstdint>
#include <string>

#include "proto/base/deadline.h"
#include "proto/client/store_client.h"
#include "restorer/spool/spool.h"

namespace walstow {

struct PositionJob {
  std::string cluster;
  std::uint64_t system_identifier = 0;
  std::optional<SegmentSize> segment_size;
  std::string standby;     // its name, "" when it has none
  Duration every{60'000};  // the store records it no more often
};

class PositionReporter {
 public:
  // Spool and store outlive this object.
  PositionReporter(PositionJob job, Spool& spool, StoreClient& store);

  // Reports the position if it is time, and with it a restartpoint that is not reported yet. A
  // failure is logged; the next report follows at its time.
  void report_if_due();

 private:
  PositionJob job_;
  Spool& spool_;
  StoreClient& store_;
  Deadline next_;
};

}  // namespace walstow
