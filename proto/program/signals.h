// Signal handling of walstow-archive and walstow-restore, which PostgreSQL starts.
#pragma once

namespace walstow {

// Sets the signal dispositions on which a command relies, whatever it has inherited from PostgreSQL
// or a shell:
//
// SIGTERM, SIGINT, SIGQUIT and SIGHUP end the process at once, by the kernel's default action. A
// server that shuts down sends SIGTERM, and waits until the command ends. It must see that the
// signal ended the process, because it would treat an exit code as an answer. No cleanup by a
// signal handler is needed. A temporary file has no name if the kernel supports that; otherwise the
// next call removes it.
//
// SIGPIPE is ignored: if the store closes the connection, the command must report an error. Death
// by SIGPIPE would stop a standby. SIGXFSZ is ignored, too: a file that may not grow (ulimit -f) is
// an error like a full disk.
//
// Call it first in main().
void set_command_signals();

}  // namespace walstow
