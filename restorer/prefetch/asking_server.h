// The server that runs restore_command. Should it be killed, the restore lives on, and could wait
// for minutes; then it would place its file under the nose of the next server, which may just have
// been given another one under the same %p, and would take that for the end of the log.
#pragma once

#include <sys/types.h>

namespace walstow {

// PostgreSQL's startup process leads the session of the commands that it runs, whatever shells are
// in between. (PR_SET_PDEATHSIG would tell of the shell only.) The number of a session is not given
// to another process for as long as one of it lives.
class AskingServer {
 public:
  AskingServer();
  // It lived when this was made, and does not any more. False where a session has lost its leader
  // long before, as that of a person's job in the background.
  bool ended() const;

 private:
  bool alive() const;

  pid_t leader_;
  bool was_alive_;
};

}  // namespace walstow
