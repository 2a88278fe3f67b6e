#include "restorer/prefetch/asking_server.h"

#include <cerrno>
#include <csignal>
#include <unistd.h>

namespace walstow {

AskingServer::AskingServer() : leader_(::getsid(0)), was_alive_(alive()) {}

bool AskingServer::ended() const {
  return was_alive_ && !alive();
}

bool AskingServer::alive() const {
  return leader_ > 0 && (::kill(leader_, 0) == 0 || errno != ESRCH);
}

}  // namespace walstow
