#include "proto/client/command_settings.h"

#include "proto/client/client_settings.h"

namespace walstow {
namespace {

using Group = SettingGroup;
using Type = ValueType;

constexpr const char* kArchive = "walstow-archive";
constexpr const char* kRestore = "walstow-restore";

std::vector<Setting> of_archiving() {
  return {
      {.name = "compress",
       .type = Type::kChoice,
       .default_value = "client",
       .placeholder = "WHERE",
       .help = "who compresses: this client, which saves network traffic, or the store, which "
               "saves this host's CPU time",
       .choices = "store|client",
       .group = Group::kArchiving,
       .program = kArchive,
       .details = "The client compresses in two threads."},
      // A batch of so many segments takes half a second where a process start takes milliseconds.
      {.name = "archive_ahead",
       .type = Type::kCount,
       .default_value = "16",
       .placeholder = "FILES",
       .help = "how many more files to archive in one call, if they are finished already",
       .group = Group::kArchiving,
       .program = kArchive,
       .details = "0 archives only the file that PostgreSQL names.",
       .bounds = {.lowest = 0, .highest = 1000}},
      // Each connection takes a few megabytes of memory, and the store has other clients.
      {.name = "archive_connections",
       .type = Type::kCount,
       .default_value = "2",
       .placeholder = "COUNT",
       .help = "connections for these files, each with one file at a time",
       .group = Group::kArchiving,
       .program = kArchive,
       .bounds = {.lowest = 1, .highest = 16}},
      // PostgreSQL retries, and an administrator who stops the server waits for this.
      {.name = "archive_wait",
       .type = Type::kDuration,
       .default_value = "5s",
       .placeholder = "DURATION",
       .help = "how long to try to reach the store",
       .group = Group::kArchiving,
       .program = kArchive,
       .details = "PostgreSQL retries on its own. A stop of the server waits for this."},
  };
}

// Short where a server retries on its own; long where giving up stops a recovery.
std::vector<Setting> of_restoring() {
  return {
      {.name = "standby",
       .placeholder = "NAME",
       .help = "this standby's name in \"walstow status\"",
       .group = Group::kRestoring,
       .program = kRestore,
       .details = "A name has 1 to 255 bytes of printable UTF-8, and no space at its ends."},
      {.name = "standby_wait",
       .type = Type::kDuration,
       .default_value = "3s",
       .placeholder = "DURATION",
       .help = "on a standby: longest wait for an answer, retries included",
       .group = Group::kRestoring,
       .program = kRestore},
      // Long enough for the store's host to be started again, short enough that a wrong setting
      // shows within the hour.
      {.name = "recovery_wait",
       .type = Type::kDuration,
       .default_value = "10min",
       .placeholder = "DURATION",
       .help = "under recovery.signal: how long to retry before the command stops the server",
       .group = Group::kRestoring,
       .program = kRestore},
      {.name = "tool_wait",
       .type = Type::kDuration,
       .default_value = "30s",
       .placeholder = "DURATION",
       .help = "elsewhere (pg_rewind, by hand): longest wait for an answer",
       .group = Group::kRestoring,
       .program = kRestore},
      {.name = "prefetch_files",
       .type = Type::kCount,
       .default_value = "8",
       .placeholder = "NUMBER",
       .help = "most segments to fetch ahead",
       .group = Group::kRestoring,
       .program = kRestore,
       .details = "0 fetches nothing ahead."},
      {.name = "prefetch_size",
       .type = Type::kSize,
       .default_value = "1GB",
       .placeholder = "SIZE",
       .help = "most bytes of segments to fetch ahead",
       .group = Group::kRestoring,
       .program = kRestore,
       .details = "walstow-restore never takes more than a quarter of the free space."},
      {.name = "failure_memory",
       .type = Type::kDuration,
       .default_value = "5s",
       .placeholder = "DURATION",
       .help = "on a standby: how long to fail at once after a wait without an answer",
       .group = Group::kRestoring,
       .program = kRestore},
      // The server's checkpoints wait for it.
      {.name = "restartpoint_wait",
       .type = Type::kDuration,
       .default_value = "2s",
       .placeholder = "DURATION",
       .help = "with --restartpoint: longest wait for an answer",
       .group = Group::kRestoring,
       .program = kRestore,
       .details = "Checkpoints of the server wait for this."},
  };
}

}  // namespace

const std::vector<Setting>& command_settings() {
  static const std::vector<Setting> kAll = [] {
    std::vector<Setting> settings = client_settings();
    for (const std::vector<Setting>& more : {of_archiving(), of_restoring()})
      settings.insert(settings.end(), more.begin(), more.end());
    return settings;
  }();
  return kAll;
}

}  // namespace walstow
