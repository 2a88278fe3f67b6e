#include "restorer/standby/position_report.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {

PositionReporter::PositionReporter(PositionJob job, Spool& spool, Asker asker)
    : job_(std::move(job)),
      spool_(spool),
      asker_(std::move(asker)),
      next_(Deadline::after(job_.every)) {}

void PositionReporter::report_if_due() {
  if (!next_.passed()) return;
  next_ = Deadline::after(job_.every);
  const std::optional<Instance> instance = spool_.instance(job_.standby);
  if (!instance || !instance->last_handed) return;
  const auto restartpoint = spool_.pending_restartpoint(*instance);
  try {
    // A HEAD hands nothing over: what counts is the instance that goes along.
    asker_(GetFile{.cluster = job_.cluster,
                   .file = *instance->last_handed,
                   .system_identifier = job_.system_identifier,
                   .segment_size = job_.segment_size,
                   .head_only = true,
                   .instance = instance,
                   .restartpoint = restartpoint});
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, fmt::format("could not report the position: {}", error.what()),
             error.hint());
    return;
  }
  if (restartpoint) spool_.forget_restartpoint(*instance, *restartpoint);
}

}  // namespace walstow
