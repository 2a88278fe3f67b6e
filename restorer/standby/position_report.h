// Reports to the store from time to time how far PostgreSQL has progressed. This is needed while
// the spool answers PostgreSQL's calls without the store. Only segments that PostgreSQL received
// count. Segments that were only fetched ahead do not count.
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
  std::string standby;     // the standby's name, "" if it has none
  Duration every{60'000};  // the store does not record it more often
};

class PositionReporter {
 public:
  // `spool` and `store` must outlive this object.
  PositionReporter(PositionJob job, Spool& spool, StoreClient& store);

  // Reports the position if a report is due, together with any restartpoint that was not reported
  // yet. A failure is logged; the next report follows when it is due.
  void report_if_due();

 private:
  PositionJob job_;
  Spool& spool_;
  StoreClient& store_;
  Deadline next_;
};

}  // namespace walstow
