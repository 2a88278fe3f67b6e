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
       .details = "The client compresses in two threads. \"walstow import\" does the same."},
      // A batch of so many segments takes half a second where a process start takes milliseconds.
      {.name = "archive_ahead",
       .type = Type::kCount,
       .default_value = "16",
       .placeholder = "FILES",
       .help = "how many more files to archive in the same call, if they are ready to be archived",
       .group = Group::kArchiving,
       .program = kArchive,
       .details = "With 0, only the file that PostgreSQL names is archived.",
       .bounds = {.lowest = 0, .highest = 1000}},
      // Each connection takes a few megabytes of memory, and the store has other clients.
      {.name = "archive_connections",
       .type = Type::kCount,
       .default_value = "2",
       .placeholder = "COUNT",
       .help = "number of connections for these files; each connection archives one file at a time",
       .group = Group::kArchiving,
       .program = kArchive,
       .details = "\"walstow import\" uses as many connections, unless --jobs is given.",
       .bounds = {.lowest = 1, .highest = 16}},
      {.name = "standby_archive",
       .type = Type::kChoice,
       .default_value = "fill",
       .placeholder = "HOW",
       .help =
           "on a standby with \"archive_mode = always\": send segments that the store lacks, fail "
           "until it has them, or succeed without asking",
       .choices = "fill|confirm|off",
       .group = Group::kArchiving,
       .program = kArchive,
       .details = "With \"fill\" and \"confirm\", a segment that the store has is not sent. "
                  "\"confirm\" and "
                  "\"off\" concern only segments that the standby has received."},
      // PostgreSQL retries, and an administrator who stops the server waits for this.
      {.name = "archive_wait",
       .type = Type::kDuration,
       .default_value = "5s",
       .placeholder = "DURATION",
       .help = "how long to try to reach the store",
       .group = Group::kArchiving,
       .program = kArchive,
       .details = "PostgreSQL retries on its own. Stopping the server waits for this."},
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
       .help = "on a standby: longest wait for an answer, including retries",
       .group = Group::kRestoring,
       .program = kRestore},
      // Long enough for the store's host to be started again, short enough that a wrong setting
      // shows within the hour.
      {.name = "recovery_wait",
       .type = Type::kDuration,
       .default_value = "10min",
       .placeholder = "DURATION",
       .help = "under recovery.signal: how long to retry before the exit code stops the server",
       .group = Group::kRestoring,
       .program = kRestore},
      {.name = "tool_wait",
       .type = Type::kDuration,
       .default_value = "30s",
       .placeholder = "DURATION",
       .help = "in other cases (pg_rewind, a call by hand): longest wait for an answer",
       .group = Group::kRestoring,
       .program = kRestore},
      {.name = "prefetch_files",
       .type = Type::kCount,
       .default_value = "8",
       .placeholder = "NUMBER",
       .help = "maximum number of segments to fetch ahead",
       .group = Group::kRestoring,
       .program = kRestore,
       .details = "With 0, no segments are fetched ahead."},
      {.name = "prefetch_size",
       .type = Type::kSize,
       .default_value = "1GB",
       .placeholder = "SIZE",
       .help = "maximum size of all segments that are fetched ahead",
       .group = Group::kRestoring,
       .program = kRestore,
       .details = "walstow-restore never takes more than a quarter of the free space."},
      {.name = "failure_memory",
       .type = Type::kDuration,
       .default_value = "5s",
       .placeholder = "DURATION",
       .help = "on a standby: how long further calls fail at once after a call has waited without "
               "an answer",
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
       .details = "The server's checkpoints wait for this answer."},
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
