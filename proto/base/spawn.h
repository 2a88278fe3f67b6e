// The data that posix_spawn(3) needs for a new process, released automatically.
#pragma once

#include <spawn.h>
#include <string>
#include <sys/types.h>

namespace walstow {

// The changes that the new process makes to its descriptors and its working directory, in this
// order.
class SpawnActions {
 public:
  SpawnActions();
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions();

  void duplicate(int from, int to);
  void open(int descriptor, const std::string& path, int flags, mode_t mode = 0);
  void close_from(int descriptor);
  void enter(const std::string& folder);

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// The new process blocks no signal. Without a reset, it would ignore the signals that this process
// ignores.
class SpawnAttributes {
 public:
  enum class Reset { kPipe, kAll };  // which signals get their default action
  // `flags` is POSIX_SPAWN_SETSID, POSIX_SPAWN_SETPGROUP (a process group of its own), or 0.
  explicit SpawnAttributes(Reset reset, short flags = 0);
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes();

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

}  // namespace walstow
