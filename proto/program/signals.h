// How the two commands that PostgreSQL starts meet signals.
#pragma once

namespace walstow {

// Whatever PostgreSQL or a shell left behind, a command begins with the dispositions it relies on:
//
// SIGTERM, SIGINT, SIGQUIT, SIGHUP end the process at once, by the kernel's default action. A
// server that shuts down sends SIGTERM and waits; and it must see the death by that signal, since
// it would take an exit code for an answer. No handler has to clean up: a temporary file has no
// name where the kernel can do without, and else the next call removes it.
//
// SIGPIPE is ignored: a store that hangs up is an error to report, and death by SIGPIPE would stop
// a standby. SIGXFSZ, too: a file that may not grow (ulimit -f) is no other error than a full disk.
//
// Call first in main().
void set_command_signals();

}  // namespace walstow
