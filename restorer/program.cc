#include "restorer/program.h"

#include "proto/client/command_settings.h"
#include "restorer/prefetch/start.h"

namespace walstow {

ProgramSpec restore_program() {
  using Count = Positional::Count;
  return {
      .name = kRestoreProgram,
      .summary = "Restores one WAL file from the store. PostgreSQL runs it as restore_command.",
      .notes =
          "Under recovery.signal PostgreSQL takes 1 to 125 for the end of the log, and opens "
          "the database with a part of its data. So there the codes of failures are above "
          "that. With --restartpoint the exit code is always 0.",
      .settings_file = "walstow.toml",
      .settings = command_settings(),
      .commands = {
          {.options = {{.flags = "-D,--pgdata",
                        .placeholder = "DIR",
                        .help = "the data directory (default: found from PATH, or the working "
                                "directory)",
                        .type = ValueType::kFolder},
                       {.flags = "--system",
                        .placeholder = "ID",
                        .help = "the system identifier, instead of the one of the data directory"},
                       {.flags = "--restartpoint",
                        .placeholder = "FILE",
                        .help = "report that this standby needs no older segments; in "
                                "archive_cleanup_command: %r"},
                       {.flags = kPrefetchOption,
                        .help = "fetch segments after FILE in the background; only "
                                "walstow-restore itself uses this"}},
           .positionals = {{.name = "FILE",
                            .help = "the name of the file to restore; in restore_command: %f",
                            .count = Count::kOptional},
                           {.name = "PATH",
                            .help = "the path to restore it to; in restore_command: %p",
                            .count = Count::kOptional,
                            .type = ValueType::kFile}},
           .examples = {
               {.title = "In postgresql.conf", .line = "restore_command = 'walstow-restore %f %p'"},
               {.title = "In postgresql.conf of a standby",
                .line = "archive_cleanup_command = 'walstow-restore --restartpoint "
                        "%r'"}}}}};
}

}  // namespace walstow
