#include "restorer/standby/restartpoint.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {

void report_restartpoint(const RestartpointJob& job, Spool& spool, StoreClient& store,
                         const Patience& patience) {
  const std::optional<Instance> instance = spool.instance(job.standby);
  // Without an id, the store could not attribute it; the spool has logged why there is none.
  if (!instance) return;
  try {
    const ReportPosition report{.cluster = job.cluster,
                                .system_identifier = job.system_identifier,
                                .instance = *instance,
                                .restartpoint = job.restartpoint};
    store.ask(report, patience);
  } catch (const Error& error) {
    log_line(LogLevel::kWarning,
             fmt::format("could not report restartpoint \"{}\": {}; the next restore reports it",
                         job.restartpoint.text(), error.what()),
             error.hint());
    spool.keep_restartpoint(*instance, job.restartpoint);
    return;
  }
  log_line(LogLevel::kDebug, fmt::format("reported restartpoint \"{}\"", job.restartpoint.text()));
  // An older one that was kept is out of date now.
  const auto pending = spool.pending_restartpoint(*instance);
  if (pending) spool.forget_restartpoint(*instance, *pending);
}

WalFileName parse_restartpoint(const std::string& text) {
  std::optional<WalFileName> name = WalFileName::parse(text);
  if (name && name->kind() == FileKind::kSegment) return *std::move(name);
  throw Error(ErrorKind::kUsage,
              fmt::format("invalid value \"{}\" for option --restartpoint", text),
              "In archive_cleanup_command, write \"--restartpoint %r\".");
}

}  // namespace walstow
