#include "proto/base/spawn.h"

#include <csignal>

namespace walstow {

SpawnActions::SpawnActions() {
  posix_spawn_file_actions_init(&actions_);
}

SpawnActions::~SpawnActions() {
  posix_spawn_file_actions_destroy(&actions_);
}

void SpawnActions::duplicate(int from, int to) {
  posix_spawn_file_actions_adddup2(&actions_, from, to);
}

void SpawnActions::open(int descriptor, const std::string& path, int flags, mode_t mode) {
  posix_spawn_file_actions_addopen(&actions_, descriptor, path.c_str(), flags, mode);
}

void SpawnActions::close_from(int descriptor) {
  posix_spawn_file_actions_addclosefrom_np(&actions_, descriptor);
}

void SpawnActions::enter(const std::string& folder) {
  posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
}

SpawnAttributes::SpawnAttributes(Reset reset, short flags) {
  posix_spawnattr_init(&attributes_);
  sigset_t signals;
  if (reset == Reset::kAll) {
    sigfillset(&signals);
  } else {
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
  }
  posix_spawnattr_setsigdefault(&attributes_, &signals);
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes_, &signals);
  posix_spawnattr_setflags(
      &attributes_, static_cast<short>(flags | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
}

SpawnAttributes::~SpawnAttributes() {
  posix_spawnattr_destroy(&attributes_);
}

}  // namespace walstow
