#include "archiver/put_warnings.h"

#include <chrono>
#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/pgdata/certificate_warning.h"

namespace walstow {
namespace {

// Stored and acknowledged, but no get will ever return it: a person who puts a file by hand must
// know.
void warn_of_piece(const std::string& stored_name) {
  if (stored_name.find(".incomplete.") == std::string::npos) return;
  log_line(LogLevel::kWarning,
           fmt::format("the file is unfinished; the store keeps it as \"{}\" and never serves it",
                       stored_name),
           "The timeline ended there. After a switchover, the old primary archives such a segment, "
           "and so does a standby with archive_mode = always: then nothing is wrong. But if the "
           "rest of the timeline is lost together with its server, an administrator can make the "
           "store serve the segment: \"walstow conflict accept\".");
}

}  // namespace

void warn_of_put(const PutReport& report, const StoreClient& store, FileSystem* memory) {
  if (!report.warning.empty()) log_line(LogLevel::kWarning, report.warning);
  warn_of_piece(report.name);
  if (const auto until = store.certificate_until()) {
    warn_of_certificate_end_daily(memory, *until, std::chrono::system_clock::now());
  }
}

}  // namespace walstow
