#include "archiver/archive.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
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

// The files are read before the call's own file is answered.
constexpr std::uint64_t kMostAskedAhead = std::uint64_t{256} << 20U;  // bytes

// Shared by the threads of one call.
struct Shared {
  Shared(ArchiveCall of, const SpoolOwner& owner)
      : call(std::move(of)),
        ahead(*call.folder, owner, ArchivedMarks::Kind::kAhead),
        restored(*call.folder, owner, ArchivedMarks::Kind::kRestored) {}

  bool archives_ahead() const { return call.is_server_folder && call.ahead > 0; }
  bool uses_restored() const { return call.is_server_folder && call.standby.has_value(); }
  std::optional<ArchivedMarks::Kind> mark_of(const WalFileName& name, const FileStatus& file) {
    if (archives_ahead() && ahead.has(name, file)) return ArchivedMarks::Kind::kAhead;
    if (uses_restored() && restored.has(name, file)) return ArchivedMarks::Kind::kRestored;
    return std::nullopt;
  }
  void answered_by(const std::string& archive) {
    if (archives_ahead()) ahead.answered_by(archive);
    if (uses_restored()) restored.answered_by(archive);
  }
  ArchiveJob job(const std::string& path) const {
    return {.path = path,
            .folder = *call.folder,
            .cluster = call.cluster,
            .encoding = call.encoding,
            .server = call.server,
            .instance = call.instance,
            .standby = call.standby};
  }
  std::string path_of(const WalFileName& name) const {
    return fmt::format("{}/{}", parent_folder(call.path), name.text());
  }

  const ArchiveCall call;
  ArchivedMarks ahead;
  ArchivedMarks restored;
};

ArchivedFile noted(Shared& shared, ArchivedFile archived, StoreClient& store) {
  const ArchiveCall& call = shared.call;
  FileSystem* const memory = call.is_server_folder ? call.folder.get() : nullptr;
  warn_of_put(archived.done.report, store, memory);
  shared.answered_by(archived.done.report.archive);
  return archived;
}

ArchivedFile archive_one(Shared& shared, const std::string& path, StoreClient& store) {
  return noted(shared, archive_file(shared.job(path), store, shared.call.patience), store);
}

// Returns the status of a file that a call may archive ahead. Returns nullopt for other files: the
// server archives them itself, once their times show changes.
std::optional<FileStatus> status_to_go_ahead(Shared& shared, const WalFileName& name) {
  auto status = shared.call.folder->status(name.text());
  if (!status || !changes_would_show(*status, shared.call.now())) return std::nullopt;
  return shared.mark_of(name, *status) ? std::nullopt : status;
}

void archive_ahead(Shared& shared, const WalFileName& name, StoreClient& store) {
  const auto status = status_to_go_ahead(shared, name);
  if (!status) return;
  const ArchivedFile archived = archive_one(shared, shared.path_of(name), store);
  // A different status: the file was changed a moment ago, between the check and the reading.
  if (archived.status != *status) return;
  shared.ahead.add(name, archived.status, archived.done.report.archive);
}

// Returns the files that the server will pass after `own`. A failure to look ahead does not affect
// the call's own file.
std::vector<WalFileName> others_than(Shared& shared, const WalFileName& own) {
  if (!shared.call.is_server_folder) return {};
  if (shared.call.ahead == 0) {
    shared.ahead.keep_only({});
    return {};
  }
  try {
    const std::vector<WalFileName> ready = ready_files(*shared.call.folder);
    shared.ahead.keep_only(ready);
    return choose_ahead(ready, own, shared.call.ahead);
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return {};
  }
}

// Asks about the call's own file and `others` at once. Marks those of `others` that the store has,
// and removes them from `others`. Returns the own file.
AskedFile ask_for_standby(Shared& shared, std::vector<WalFileName>& others, StoreClient& store) {
  std::vector<ArchiveJob> jobs = {shared.job(shared.call.path)};
  std::map<std::string, FileStatus> statuses;  // by name
  std::uint64_t bytes = 0;
  for (const WalFileName& name : others) {
    const auto status = status_to_go_ahead(shared, name);
    if (!status) continue;
    bytes += status->size;
    if (bytes > kMostAskedAhead) break;
    statuses.emplace(name.text(), *status);
    jobs.push_back(shared.job(shared.path_of(name)));
  }
  auto asked = ask_about(jobs, shared.call.connections, store, shared.call.patience);
  for (std::size_t i = 1; i < asked.size(); ++i) {
    const auto* confirmation = std::get_if<Confirmation>(&asked[i].answer);
    if (confirmation == nullptr || !confirmation->done) continue;
    const WalFileName& name = asked[i].opened.put.file;
    // As in archive_ahead().
    if (asked[i].opened.status != statuses.at(name.text())) continue;
    const std::string& archive = confirmation->done->report.archive;
    shared.answered_by(archive);
    shared.ahead.add(name, asked[i].opened.status, archive);
    std::erase(others, name);
  }
  return std::move(asked.front());
}

}  // namespace

std::variant<PutDone, ArchivedMarks::Kind> archive(const ArchiveCall& call,
                                                   const SpoolOwner& owner) {
  const auto shared = std::make_shared<Shared>(call, owner);
  const auto own = WalFileName::parse(call.path.substr(call.path.rfind('/') + 1));
  if (own) {
    const auto status = call.folder->status(own->text());
    const auto mark = status ? shared->mark_of(*own, *status) : std::nullopt;
    if (shared->uses_restored()) shared->restored.forget_until(*own);
    if (mark) return *mark;
  }
  auto others = own ? others_than(*shared, *own) : std::vector<WalFileName>();
  std::unique_ptr<StoreClient> store;
  std::optional<AskedFile> asked;
  if (call.standby) {
    store = call.connect();
    asked = ask_for_standby(*shared, others, *store);
  }
  const std::size_t threads = std::min(call.connections, others.size() + 1) - 1;
  LookAhead ahead(
      others, threads, [shared] { return shared->call.connect(); },
      [shared](const WalFileName& name, StoreClient& client) {
        archive_ahead(*shared, name, client);
      },
      Deadline::after(call.begin_others_for));
  if (store == nullptr) store = call.connect();
  HistoryAlong history(
      *call.folder, call.cluster, call.server.system_identifier.value_or(0),
      [&](const WalFileName& file) {
        return archive_one(*shared, shared->path_of(file), *store).done.report.archive;
      });
  const bool along = own && call.is_server_folder;
  if (along) history.before(*own);
  ArchivedFile archived = asked ? noted(*shared,
                                        put_opened(asked->opened, shared->job(call.path),
                                                   asked->answer, *store, call.patience),
                                        *store)
                                : archive_one(*shared, call.path, *store);
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
