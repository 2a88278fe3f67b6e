#include "store/server/program.h"

#include "store/server/daemon_settings.h"

namespace walstow {

ProgramSpec walstowd_program() {
  return {
      .name = "walstowd",
      .summary = "The archive store: keeps the WAL of PostgreSQL clusters, and serves it.",
      .notes =
          "If the store is a folder or a bucket, walstow-archive, walstow-restore and walstow "
          "start walstowd on their own. SIGTERM ends it once the requests in progress are "
          "done. SIGHUP makes it read its settings and certificates again.",
      .settings_file = "walstowd.toml",
      .settings = walstowd_settings(),
      .commands = {
          {.options =
               {{.flags = "--stdio", .help = "serve one connection on standard input and output"},
                {.flags = "--as",
                 .placeholder = "NAME",
                 .help = "with --stdio: serve with the rights of this client; for the forced "
                         "command of sshd"},
                {.flags = "--key",
                 .placeholder = "SHA256:...",
                 .help =
                     "with --as: serve only if the registry contains the client with this SSH key"},
                {.flags = "--owner",
                 .help = "with --stdio: serve with every right, for a user who can write to the "
                         "archive anyway"}},
           .examples = {{.title = "In the foreground, on another port",
                         .line = "walstowd --archive /srv/wal --listen :7433"}}}}};
}

}  // namespace walstow
