// The server that runs restore_command. If it is killed, the restore survives, and could wait for
// minutes. It would then place its file for the next server without that server's knowledge. That
// server may just have received another file under the same %p, and would take this one for the end
// of the log.
#pragma once

#include <sys/types.h>

namespace walstow {

// PostgreSQL's startup process leads the session of the commands that it runs, whatever shells are
// in between. (PR_SET_PDEATHSIG would report only the shell's end.) The number of a session is not
// reused while one of its processes lives.
class AskingServer {
 public:
  AskingServer();
  // Returns whether it lived when this object was made, and no longer does. False if the session
  // lost its leader long before, as for a person's background job.
  bool ended() const;

 private:
  bool alive() const;

  pid_t leader_;
  bool was_alive_;
};

}  // namespace walstow
