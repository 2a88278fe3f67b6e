#include "archiver/archive.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "archiver/choose_ahead.h"
#include "archiver/history_along.h"
#include "archiver/look_ahead.h"
#include "archiver/put_warnings.h"
#include "archiver/release_warning.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/pgdata/ready_files.h"

namespace walstow {
namespace {

// Shared by the threads of one call.
struct Shared {
  ArchiveCall call;
  std::shared_ptr<ArchivedMarks> marks;
};

ArchivedFile archive_one(const Shared& shared, const std::string& path, StoreClient& store) {
  const ArchiveCall& call = shared.call;
  ArchivedFile archived = archive_file({.path = path,
                                        .folder = *call.folder,
                                        .cluster = call.cluster,
                                        .encoding = call.encoding,
                                        .server = call.server,
                                        .instance = call.instance,
                                        .standby = call.standby},
                                       store, call.patience);
  FileSystem* const memory = call.is_server_folder ? call.folder.get() : nullptr;
  warn_of_put(archived.done.report, store, memory);
  if (call.is_server_folder && call.ahead > 0)
    shared.marks->answered_by(archived.done.report.archive);
  return archived;
}

void archive_ahead(const Shared& shared, const WalFileName& name, StoreClient& store) {
  const auto status = shared.call.folder->status(name.text());
  // Otherwise the server archives the file itself, once its times show changes.
  if (!status || !changes_would_show(*status, shared.call.now())) return;
  if (shared.marks->has(name, *status)) return;
  const std::string path = fmt::format("{}/{}", parent_folder(shared.call.path), name.text());
  const ArchivedFile archived = archive_one(shared, path, store);
  // A different status: the file was changed a moment ago, between the check and the reading.
  if (archived.status != *status) return;
  shared.marks->add(name, archived.status, archived.done.report.archive);
}

// Returns the files that the server will pass after `own`. A failure to look ahead does not affect
// the call's own file.
std::vector<WalFileName> others_than(const Shared& shared, const WalFileName& own) {
  if (!shared.call.is_server_folder) return {};
  if (shared.call.ahead == 0) {
    shared.marks->keep_only({});
    return {};
  }
  try {
    const std::vector<WalFileName> ready = ready_files(*shared.call.folder);
    shared.marks->keep_only(ready);
    return choose_ahead(ready, own, shared.call.ahead);
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return {};
  }
}

}  // namespace

std::optional<PutDone> archive(const ArchiveCall& call, std::shared_ptr<ArchivedMarks> marks) {
  const auto shared = std::make_shared<const Shared>(Shared{call, std::move(marks)});
  const auto own = WalFileName::parse(call.path.substr(call.path.rfind('/') + 1));
  if (own && call.is_server_folder && call.ahead > 0) {
    const auto status = call.folder->status(own->text());
    if (status && shared->marks->has(*own, *status)) return std::nullopt;
  }
  const auto others = own ? others_than(*shared, *own) : std::vector<WalFileName>();
  const std::size_t threads = std::min(call.connections, others.size() + 1) - 1;
  LookAhead ahead(
      others, threads, [shared] { return shared->call.connect(); },
      [shared](const WalFileName& name, StoreClient& store) {
        archive_ahead(*shared, name, store);
      },
      Deadline::after(call.begin_others_for));
  const std::unique_ptr<StoreClient> store = call.connect();
  HistoryAlong history(*call.folder, call.cluster, call.server.system_identifier.value_or(0),
                       [&](const WalFileName& file) {
                         const std::string path =
                             fmt::format("{}/{}", parent_folder(call.path), file.text());
                         return archive_one(*shared, path, *store).done.report.archive;
                       });
  const bool along = own && call.is_server_folder;
  if (along) history.before(*own);
  ArchivedFile archived = archive_one(*shared, call.path, *store);
  if (along) history.after(*own, archived.done.report.archive);
  if (archived.newer_magic) {
    warn_of_newer_release(call.is_server_folder ? call.folder.get() : nullptr, call.path,
                          *archived.newer_magic, call.now());
  }
  ahead.help(*store);
  ahead.wait_until_done(Deadline::after(call.wait_for_others));
  return std::move(archived.done);
}

}  // namespace walstow
