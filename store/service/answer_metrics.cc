#include "store/service/command_answers.h"
#include "store/service/monitor.h"

namespace walstow {

Reply answer(const RequestContext& asked, const ShowMetrics&) {
  return asked.monitor.metrics([&asked] { return asked.archive; }, asked.catalog);
}

Reply answer(const RequestContext& asked, const ShowPage& show) {
  return asked.monitor.page([&asked] { return asked.archive; }, asked.catalog, show.only);
}

}  // namespace walstow
