#include "store/files/put_reply.h"

#include <fmt/format.h>
#include <utility>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/inventory/history_doubt.h"
#include "store/retention/tombstones.h"

namespace walstow {
namespace {

// The server has no better file, so it is kept; but people who rely on the log should know.
std::string warn_of_break(const PutFile& put, const std::string& broken) {
  std::string warning = fmt::format(
      "\"{}\" was archived unchanged, but {}; check the server's memory and disks, and take a new "
      "base backup",
      put.file.text(), broken);
  log_line(LogLevel::kWarning, fmt::format("cluster \"{}\": {}", put.cluster, warning));
  return warning;
}

// Why a stored file may be of no use, or lead others astray; nullopt: nothing is wrong. A backup
// that begins below a floor is stored nevertheless, since PostgreSQL must get rid of its file; but
// its administrator should know at once. The object exists before the floors are read, as for every
// registration of a consumer (store/retention/holds_and_backups.cc).
std::optional<std::string> doubts_about(const PutContext& context, const EraName& era,
                                        const std::optional<TimelineHistory>& opened) {
  const PutFile& put = context.put;
  Backend& backend = context.archive->backend();
  if (put.file.kind() == FileKind::kBackup)
    return warn_of_backup_below_floor(backend, put.cluster, era, put.file);
  const std::string doubt = opened ? describe_doubt(backend, put.cluster, era, *opened) : "";
  if (doubt.empty()) return std::nullopt;
  return fmt::format("history \"{}\" was accepted, though {}; is this server part of the cluster?",
                     put.file.text(), doubt);
}

// `opened`: a new history.
std::string warning_of(const PutContext& context, const EraName& era, const std::string& broken,
                       const std::optional<TimelineHistory>& opened) {
  const PutFile& put = context.put;
  if (!broken.empty()) return warn_of_break(put, broken);
  try {
    auto warning = doubts_about(context, era, opened);
    if (!warning) return {};
    log_line(LogLevel::kWarning, fmt::format("cluster \"{}\": {}", put.cluster, *warning));
    return *std::move(warning);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning,
             fmt::format("could not compare file \"{}\" with the archive's: {}", put.file.text(),
                         error.what()),
             error.hint());
    return {};
  }
}

PutReport report_with(const PutContext& context, const EraName& era, const PlacedFile& placed,
                      std::string warning) {
  return {.archive = context.archive->id(),
          .era = to_string(era),
          .name = placed.name,
          .digest = to_string(context.put.digest),
          .raw_size = context.put.raw_size,
          .stored_size = placed.stored_size,
          .warning = std::move(warning)};
}

}  // namespace

PutReport report_of(const PutContext& context, const EraName& era, const PlacedFile& placed) {
  return report_with(context, era, placed, warning_of(context, era, {}, {}));
}

Reply reply_to(const PutContext& context, const EraName& era, const Placement& placement,
               const std::string& broken, const std::optional<TimelineHistory>& opened) {
  if (!placement) return to_reply(placement.error());
  const PlacedFile& placed = placement.value();
  Reply reply;
  reply.head.status = placed.result == PlacedFile::Result::kNew ? 201 : 200;
  reply.head.fields.set(field::kContentType, std::string(kJsonType));
  reply.head.fields.set(field::kArchive, context.archive->id());
  reply.head.fields.set(field::kEra, to_string(era));
  reply.body = to_json(report_with(context, era, placed, warning_of(context, era, broken, opened)));
  return reply;
}

}  // namespace walstow
