#include "restorer/standby/position_report.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

constexpr Duration kPatience{2000};

}  // namespace

PositionReporter::PositionReporter(PositionJob job, Spool& spool, StoreClient& store)
    : job_(std::move(job)), spool_(spool), store_(store), next_(Deadline::after(job_.every)) {}

void PositionReporter::report_if_due() {
  if (!next_.passed()) return;
  next_ = Deadline::after(job_.every);
  const std::optional<Instance> instance = spool_.instance(job_.standby);
  if (!instance || !instance->last_handed) return;
  const auto restartpoint = spool_.pending_restartpoint(*instance);
  try {
    // A HEAD delivers nothing: only the instance that it contains matters.
    const GetFile question{.cluster = job_.cluster,
                           .file = *instance->last_handed,
                           .system_identifier = job_.system_identifier,
                           .segment_size = job_.segment_size,
                           .head_only = true,
                           .instance = instance,
                           .restartpoint = restartpoint};
    store_.ask(question, {.give_up = Deadline::after(kPatience)});
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, fmt::format("could not report the position: {}", error.what()),
             error.hint());
    return;
  }
  if (restartpoint) spool_.forget_restartpoint(*instance, *restartpoint);
}

}  // namespace walstow
