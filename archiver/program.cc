#include "archiver/program.h"

#include "proto/client/command_settings.h"

namespace walstow {

ProgramSpec archive_program() {
  return {
      .name = kArchiveProgram,
      .summary =
          "Archives one finished WAL file in the store. PostgreSQL runs this program as "
          "archive_command.",
      .notes = {},
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
                 .help = "the system identifier (default: the identifier in the data directory)"}},
           .positionals = {{.name = "PATH",
                            .help = "the file to archive; in archive_command: %p",
                            .type = ValueType::kFile}},
           .examples = {{.title = "In postgresql.conf",
                         .line = "archive_command = '/usr/bin/walstow-archive %p'"}}}}};
}

}  // namespace walstow
