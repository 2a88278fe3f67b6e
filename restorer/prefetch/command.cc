#include "restorer/prefetch/command.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <variant>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "proto/client/client.h"
#include "proto/pgdata/spool_folder.h"
#include "proto/program/exit_code.h"
#include "restorer/prefetch/get_ahead.h"
#include "restorer/prefetch/prefetcher.h"
#include "restorer/prefetch/start.h"
#include "restorer/standby/position_report.h"

namespace walstow {
namespace {

// Paths in the settings are relative to the data directory, which the process now leaves.
void leave_data_directory(PrefetchCommand& command) {
  command.wal_folder = absolute_path(command.wal_folder);
  if (auto* tls = std::get_if<TlsStore>(&command.options.store)) {
    for (std::string* path : {&tls->files.ca, &tls->files.certificate, &tls->files.key})
      *path = absolute_path(*path);
  } else if (auto* local = std::get_if<LocalStore>(&command.options.store)) {
    local->walstowd = absolute_path(local->walstowd);
  }
  if (::chdir("/") != 0) throw_system_error("could not change to folder \"/\"", errno);
}

// 0: unknown.
std::uint64_t free_space(const std::string& folder) {
  boost::system::error_code error;
  const fs::space_info space = fs::space(folder, error);
  return error ? 0 : space.available;
}

int nothing_to_do(std::string_view why) {
  log_line(LogLevel::kDebug, fmt::format("fetching nothing ahead: {}", why));
  return exit_code::kDone;
}

}  // namespace

int run_prefetcher(PrefetchCommand command) {
  if (::fcntl(kServerDescriptor, F_GETFD) < 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("option \"{}\" is internal: only walstow-restore itself passes it",
                            kPrefetchOption));
  }
  const Descriptor signals = prefetcher_signals();
  leave_data_directory(command);
  auto listener = PrefetchListener::open(command.wal_folder);
  if (!listener)
    return nothing_to_do("another process already fetches ahead for this data directory");

  const std::shared_ptr<FileSystem> wal_folder = open_wal_folder(command.wal_folder);
  const auto entries = open_prefetch_folder(command.wal_folder);
  if (!wal_folder || !entries) return nothing_to_do("the spool folder is gone");
  Spool spool(*wal_folder, command.key);
  const auto archive = spool.known_archive();
  const auto tag = spool.entry_tag(::geteuid());
  if (!archive || !tag) return nothing_to_do("the spool names no archive");

  note_processes_in(command.options.store, wal_folder);
  Client client(command.options);
  PositionReporter reporter({.cluster = command.key.cluster,
                             .system_identifier = command.key.system_identifier,
                             .segment_size = command.segment_size,
                             .standby = command.standby},
                            spool, client);
  const AheadGetter ahead = [&](const WalFileName& segment, const std::function<void()>& progress) {
    reporter.report_if_due();
    const AheadJob job{.get = {.cluster = command.key.cluster,
                               .file = segment,
                               .system_identifier = command.key.system_identifier,
                               .segment_size = command.segment_size},
                       .archive = *archive,
                       .entries = entries.get()};
    return get_ahead(job, client, {.give_up = Deadline::after(command.patience)}, progress);
  };
  const PrefetcherJob job{.entries = entries.get(),
                          .tag = *tag,
                          .handed = command.handed,
                          .segment_size = command.segment_size,
                          .limits = command.limits,
                          .free_space = [&command] { return free_space(command.wal_folder); },
                          .server = kServerDescriptor,
                          .signals = signals.get()};
  Prefetcher prefetcher(job, *std::move(listener), ahead);
  const std::string reason = prefetcher.run();
  log_line(LogLevel::kDebug,
           fmt::format("ended: {}; {} fetched ahead, {} of them delivered", reason,
                       prefetcher.counts().fetched, prefetcher.counts().handed));
  // A segment that is being fetched has no name yet, and ends with the process: no wait is needed.
  std::_Exit(exit_code::kDone);
}

}  // namespace walstow
