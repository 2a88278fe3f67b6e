#include "archiver/history_along.h"

#include <fmt/format.h>
#include <optional>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/pgdata/spool_folder.h"

namespace walstow {
namespace {

constexpr std::string_view kRecord = "archived_history";

// Timeline 1 has no history.
std::optional<WalFileName> history_of(const WalFileName& file) {
  if (file.kind() == FileKind::kHistory || file.timeline() <= Timeline{1}) return std::nullopt;
  return WalFileName::parse(fmt::format("{}.history", to_hex8(file.timeline())));
}

}  // namespace

HistoryAlong::HistoryAlong(FileSystem& wal_folder, std::string cluster,
                           std::uint64_t system_identifier, ArchiveBeside archive)
    : wal_folder_(wal_folder),
      cluster_(std::move(cluster)),
      system_(std::to_string(system_identifier)),
      archive_(std::move(archive)) {}

// Returns the id of the archive that has it; "" for none.
std::string HistoryAlong::remembered(const WalFileName& history) const {
  const auto record = read_record(wal_folder_, kRecord);
  if (!record) return {};
  const bool same = value_of(*record, "file") == history.text() &&
                    value_of(*record, "cluster") == cluster_ &&
                    value_of(*record, "system") == system_;
  return same ? value_of(*record, "archive") : std::string();
}

void HistoryAlong::send(const WalFileName& history) {
  if (!wal_folder_.status(history.text())) return;
  const std::string archive = archive_(history);
  write_record(
      wal_folder_, kRecord,
      {{"file", history.text()}, {"cluster", cluster_}, {"system", system_}, {"archive", archive}});
}

void HistoryAlong::before(const WalFileName& file) noexcept {
  try {
    const auto history = history_of(file);
    if (history && remembered(*history).empty()) send(*history);
  } catch (const Error& error) {
    log_line(LogLevel::kWarning, error.what(), error.hint());
  } catch (const std::exception& error) {
    log_line(LogLevel::kWarning, error.what());
  }
}

void HistoryAlong::after(const WalFileName& file, const std::string& archive) noexcept {
  try {
    const auto history = history_of(file);
    if (!history) return;
    const std::string known = remembered(*history);
    if (!known.empty() && known != archive) send(*history);
  } catch (const std::exception& error) {
    log_line(LogLevel::kWarning, error.what());
  }
}

}  // namespace walstow
