#include "restorer/program.h"

#include "proto/client/command_settings.h"
#include "restorer/prefetch/start.h"

namespace walstow {

ProgramSpec restore_program() {
  using Count = Positional::Count;
  return {
      .name = kRestoreProgram,
      .summary =
          "Restores one WAL file from the store. PostgreSQL runs this program as restore_command.",
      .notes =
          "Under recovery.signal PostgreSQL takes 1 to 125 for the end of the log, and opens "
          "the database with only part of its data. So failures have higher codes there. With "
          "--restartpoint the exit code is always 0.",
      .settings_file = "walstow.toml",
      .settings = command_settings(),
      .commands = {
          {.options =
               {{.flags = "-D,--pgdata",
                 .placeholder = "DIR",
                 .help = "the data directory (default: derived from the argument PATH, or else the "
                         "working directory)",
                 .type = ValueType::kFolder},
                {.flags = "--system",
                 .placeholder = "ID",
                 .help = "the system identifier (default: the identifier in the data directory)"},
                {.flags = "--restartpoint",
                 .placeholder = "FILE",
                 .help = "report that this standby needs no segments before this one; in "
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
               {.title = "In postgresql.conf",
                .line = "restore_command = '/usr/bin/walstow-restore %f %p'"},
               {.title = "In postgresql.conf of a standby",
                .line = "archive_cleanup_command = '/usr/bin/walstow-restore --restartpoint "
                        "%r'"}}}}};
}

}  // namespace walstow
