#include "archiver/put_warnings.h"

#include <chrono>
#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/pgdata/certificate_warning.h"

namespace walstow {
namespace {

// Stored and acknowledged, but no get will ever return it: a person who puts one by hand must know.
void warn_of_piece(const std::string& stored_name) {
  if (stored_name.find(".incomplete.") == std::string::npos) return;
  log_line(
      LogLevel::kWarning,
      fmt::format("the file is unfinished; the store keeps it as \"{}\" and never serves it",
                  stored_name),
      "The timeline ended there. Such a segment comes from a server that was switched over, and "
      "from a standby with archive_mode = always; then nothing is wrong. If it is all that is left "
      "of a lost server, an administrator gives it the name with \"walstow conflict accept\".");
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
