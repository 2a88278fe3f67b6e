// The server that runs restore_command. If that server is killed, walstow-restore survives, and
// might wait for minutes and then place its file. By then, the next server may have received
// another file under the same %p. The next server would read the late file instead, and take it for
// the end of the log.
#pragma once

#include <sys/types.h>

namespace walstow {

// PostgreSQL's startup process is the session leader of the commands that it runs, even if there
// are shells in between. (PR_SET_PDEATHSIG would only report the end of the shell.) The number of a
// session is not reused while one of its processes lives.
class AskingServer {
 public:
  AskingServer();
  // Returns whether the server was alive when this object was made, and has ended since. Returns
  // false if the session had lost its leader before, as in a background job that a user started.
  bool ended() const;

 private:
  bool alive() const;

  pid_t leader_;
  bool was_alive_;
};

}  // namespace walstow
