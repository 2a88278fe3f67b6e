// Tells the store from time to time how far PostgreSQL has got, while its calls are answered out of
// the spool and do not ask the store. What was fetched ahead is not told: only what PostgreSQL was
// handed counts.
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
  Duration every{60'000};  // the store writes it down no more often
};

class PositionReporter {
 public:
  // Spool and store outlive this.
  PositionReporter(PositionJob job, Spool& spool, StoreClient& store);

  // Tells it when it is time again, and with it a restartpoint that is yet to be told. A failure is
  // a line in the log; the next time comes.
  void report_if_due();

 private:
  PositionJob job_;
  Spool& spool_;
  StoreClient& store_;
  Deadline next_;
};

}  // namespace walstow
