// Signal handling of the two commands that PostgreSQL starts.
#pragma once

namespace walstow {

// Sets the dispositions that a command relies on, whatever PostgreSQL or a shell left behind:
//
// SIGTERM, SIGINT, SIGQUIT, SIGHUP end the process at once, by the kernel's default action. A
// server that shuts down sends SIGTERM and waits. It must see that the signal ended the process: it
// would take an exit code for an answer. No handler has to clean up. A temporary file has no name
// where the kernel supports that; elsewhere the next call removes it.
//
// SIGPIPE is ignored: a store that hangs up is an error to report, and death by SIGPIPE would stop
// a standby. SIGXFSZ is ignored, too: a file that may not grow (ulimit -f) is an error like a full
// disk.
//
// Call it first in main().
void set_command_signals();

}  // namespace walstow
