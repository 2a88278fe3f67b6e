#include "proto/client/command_settings.h"

#include "proto/client/client_settings.h"

namespace walstow {
namespace {

std::vector<Setting> of_archiving() {
  return {
      {.name = "compress",
       .type = SettingType::kChoice,
       .default_value = "client",
       .placeholder = "WHERE",
       .help =
           "walstow-archive: who compresses, this client (which spares the network) or the store "
           "(which spares this machine's processor)",
       .choices = "store|client"},
      // A batch of so many segments takes half a second where a process start takes milliseconds.
      {.name = "archive_ahead",
       .type = SettingType::kCount,
       .default_value = "16",
       .placeholder = "FILES",
       .help =
           "walstow-archive: how many more files to archive in one call, when they are finished "
           "already; 0 for none"},
      {.name = "archive_connections",
       .type = SettingType::kCount,
       .default_value = "2",
       .placeholder = "COUNT",
       .help = "walstow-archive: connections for that, each with a file at a time"},
  };
}

// Short where a server waits that asks again by itself; long where giving up stops a recovery.
std::vector<Setting> waits() {
  return {
      // PostgreSQL tries again by itself, and an administrator who stops the server waits for this.
      {.name = "archive_wait",
       .type = SettingType::kDuration,
       .default_value = "5s",
       .placeholder = "DURATION",
       .help = "walstow-archive: how long to try to reach the store"},
      {.name = "standby",
       .placeholder = "NAME",
       .help = "walstow-restore: this standby's name in \"walstow status\""},
      {.name = "standby_wait",
       .type = SettingType::kDuration,
       .default_value = "3s",
       .placeholder = "DURATION",
       .help = "walstow-restore on a standby: longest wait for an answer, retries included"},
      {.name = "failure_memory",
       .type = SettingType::kDuration,
       .default_value = "5s",
       .placeholder = "DURATION",
       .help = "walstow-restore on a standby: after a wait in vain, fail at once for so long"},
      // Long enough for the store's host to be started again, short enough that a wrong setting
      // shows within the hour.
      {.name = "recovery_wait",
       .type = SettingType::kDuration,
       .default_value = "10min",
       .placeholder = "DURATION",
       .help = "walstow-restore under recovery.signal: how long to ask again before it stops the "
               "server"},
      {.name = "tool_wait",
       .type = SettingType::kDuration,
       .default_value = "30s",
       .placeholder = "DURATION",
       .help = "walstow-restore elsewhere (pg_rewind, by hand): longest wait for an answer"},
      {.name = "prefetch_files",
       .type = SettingType::kCount,
       .default_value = "8",
       .placeholder = "NUMBER",
       .help = "walstow-restore: most segments that are fetched ahead (0: none)"},
      {.name = "prefetch_size",
       .type = SettingType::kSize,
       .default_value = "1GB",
       .placeholder = "SIZE",
       .help = "walstow-restore: most bytes of segments that are fetched ahead"},
      // The server's checkpoints wait for it.
      {.name = "restartpoint_wait",
       .type = SettingType::kDuration,
       .default_value = "2s",
       .placeholder = "DURATION",
       .help = "walstow-restore --restartpoint: longest wait for an answer"},
  };
}

}  // namespace

std::vector<Setting> command_settings() {
  std::vector<Setting> settings = client_settings();
  for (const std::vector<Setting>& more : {of_archiving(), waits()})
    settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

}  // namespace walstow
